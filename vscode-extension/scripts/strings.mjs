// l10n/bundle.l10n.json: every text of the sources, for translators. --write makes it; without, it must be right.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";

const texts = new Set();
for (const name of readdirSync("src")) {
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.expression.getText().endsWith("l10n.t")) {
      const [text] = node.arguments;
      if (!ts.isStringLiteralLike(text)) throw new Error(`src/${name}: ${node.getText()}: the text must be a literal`);
      texts.add(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, readFileSync(`src/${name}`, "utf8"), ts.ScriptTarget.Latest, true));
}
const bundle = `${JSON.stringify(Object.fromEntries([...texts].sort().map((text) => [text, text])), null, 2)}\n`;
const file = "l10n/bundle.l10n.json";
if (process.argv.includes("--write")) writeFileSync(file, bundle);
else if (readFileSync(file, "utf8") !== bundle) throw new Error(`${file} does not hold the texts of the sources: npm run strings`);

// The manifest's texts: each used is there, and each that is there is used.
const used = new Set([...readFileSync("package.json", "utf8").matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key));
const there = new Set(Object.keys(JSON.parse(readFileSync("package.nls.json", "utf8"))));
const wrong = [...used, ...there].filter((key) => !used.has(key) || !there.has(key));
if (wrong.length > 0) throw new Error(`package.nls.json and package.json disagree about: ${wrong.join(", ")}`);
