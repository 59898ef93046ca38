exports.run = async () => {
  const vscode = require("vscode");
  const ext = vscode.extensions.getExtension("unleak.unleak");
  const t = Date.now();
  const api = await ext.activate();
  console.log("activated in", Date.now() - t);
  await api.ready;
  console.log("ready in", Date.now() - t, api.server.running);
  const doc = await vscode.workspace.openTextDocument({language: "python", content: 'token = "ghp_' + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8" + '"\n'});
  for (let i = 0; i < 50 && !vscode.languages.getDiagnostics(doc.uri).length; i++) await new Promise(r => setTimeout(r, 100));
  console.log(JSON.stringify(vscode.languages.getDiagnostics(doc.uri)));
};
