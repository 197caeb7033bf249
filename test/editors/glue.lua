-- Neovim with docs/editors/latchkey.lua: streaming into a buffer, stopping, the cost in the status line.
local seen = { growth = {} }
local function wait(what, fits) assert(vim.wait(20000, fits, 10), "waited in vain for " .. what) end
local function text(buffer) return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n") end
local latchkey
local ok, trouble = pcall(function()
  latchkey = dofile(vim.env.GLUE)
  latchkey.setup({ cmd = { vim.env.NODE, vim.env.BUILT, "serve", "--stdio" } })
  vim.o.statusline = "%{v:lua.latchkey_status()}"
  vim.cmd("edit " .. vim.env.FILE)
  wait("initialize", function() return vim.lsp.get_client_by_id(latchkey.client).initialized end)
  vim.cmd("1,2LatchkeyAsk what does this do?")
  local buffer = vim.api.nvim_get_current_buf()
  wait("the answer", function()
    local now = text(buffer)
    if now ~= seen.growth[#seen.growth] then table.insert(seen.growth, now) end
    return now:find("\n-- ", 1, true)
  end)
  seen.answer = text(buffer)
  wait("the cost", function() return latchkey.spent and latchkey.spent > 0 end)
  seen.status = vim.api.nvim_eval_statusline(vim.o.statusline, {}).str
  vim.cmd("LatchkeyAsk something slow")
  local slow = vim.api.nvim_get_current_buf()
  wait("the first words", function() return text(slow):find("and so on", 1, true) end)
  vim.cmd("LatchkeyStop")
  wait("the stop", function() return text(slow):find("cancelled", 1, true) end)
  seen.stopped = text(slow)
end)
if not ok then seen.trouble = tostring(trouble) end
vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.SEEN)
for _, client in ipairs(vim.lsp.get_active_clients()) do client.stop() end
vim.wait(5000, function() return #vim.lsp.get_active_clients() == 0 end)
vim.cmd(ok and "qall!" or "cquit!")
