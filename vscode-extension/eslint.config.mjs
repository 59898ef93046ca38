import { readFileSync } from "node:fs";
import tseslint from "typescript-eslint";

// code-server allows every proposed API; users' VS Code refuses to start an extension that asks for one.
const manifest = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
if ("enabledApiProposals" in manifest) {
  throw new Error("package.json: enabledApiProposals must not be there: no stable VS Code would start it");
}

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "bundled/", ".cache/"] },
  {
    files: ["src/**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_+$", ignoreRestSiblings: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
);
