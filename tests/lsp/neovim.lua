-- Opens a file, waits for unleak's diagnostic, applies its preferred fix, saves. Neovim 0.7 and later.
local function fail(what)
  io.stderr:write(what .. "\n")
  vim.cmd("cquit 1")
end

vim.cmd("edit " .. vim.fn.fnameescape(vim.env.UNLEAK_TEST_FILE))
local buffer = vim.api.nvim_get_current_buf()
local id = vim.lsp.start_client({
  name = "unleak",
  cmd = { vim.env.UNLEAK_TEST_SERVER, "lsp" },
  root_dir = vim.fn.fnamemodify(vim.env.UNLEAK_TEST_FILE, ":h"),
})
if not id then
  fail("the client did not start")
end
vim.bo[buffer].filetype = "python"
vim.lsp.buf_attach_client(buffer, id)

if not vim.wait(30000, function() return #vim.diagnostic.get(buffer) > 0 end, 20) then
  fail("no diagnostic")
end
local found = vim.diagnostic.get(buffer)[1]
io.stderr:write(("diagnostic %s at %d:%d\n"):format(found.code or found.user_data.lsp.code, found.lnum, found.col))

local client = vim.lsp.get_client_by_id(id)
local line = { line = found.lnum, character = 0 }
local answer = client.request_sync("textDocument/codeAction", {
  textDocument = { uri = vim.uri_from_bufnr(buffer) },
  range = { start = line, ["end"] = { line = found.lnum, character = 200 } },
  context = { diagnostics = {} },
}, 10000, buffer)
local fix
for _, action in ipairs(answer.result) do
  if action.isPreferred then
    fix = action
  end
end
if not fix then
  fail("no preferred fix")
end
if not fix.edit then
  fix = client.request_sync("codeAction/resolve", fix, 10000, buffer).result
end
vim.lsp.util.apply_workspace_edit(fix.edit, client.offset_encoding)
if not vim.wait(30000, function() return #vim.diagnostic.get(buffer) == 0 end, 20) then
  fail("the diagnostic stays")
end
vim.cmd("write")
vim.lsp.stop_client(id)
vim.wait(5000, function() return client.is_stopped() end, 20)
vim.cmd("qall!")
