-- Latchkey in Neovim (0.7 or newer), beside any other language server: answers streamed into a buffer, code actions
-- on a selection, the cost in the status line. In init.lua:
--   local latchkey = dofile("/path/to/latchkey.lua")
--   latchkey.setup({ settings = { policy = "cheap" } })
--   vim.o.statusline = "%f %= %{v:lua.latchkey_status()}"
-- :LatchkeyAsk why is the sky blue    :'<,'>LatchkeyAsk explain this    :LatchkeyStop
local M = { spent = nil, answers = {} }

local function append(buffer, text)
  local last = vim.api.nvim_buf_line_count(buffer) - 1
  local line = vim.api.nvim_buf_get_lines(buffer, last, last + 1, false)[1]
  vim.api.nvim_buf_set_lines(buffer, last, last + 1, false, vim.split(line .. text, "\n", { plain = true }))
end

local function usd(nano)
  return nano and string.format("$%.4f", nano / 1e9) or "unpriced"
end

function M.ask(prompt, code)
  local client = assert(vim.lsp.get_client_by_id(M.client), "latchkey is not running: call setup")
  local chat = "nvim-" .. vim.loop.hrtime()
  vim.cmd("botright new | setlocal buftype=nofile bufhidden=hide filetype=markdown")
  local buffer = vim.api.nvim_get_current_buf()
  M.answers[chat] = buffer
  local text = code and (prompt .. "\n\n```\n" .. code .. "\n```") or prompt
  local message = { role = "user", parts = { { type = "text", text = text } } }
  local _, id = client.request("chat/send", { chatId = chat, messages = { message } }, function(failure, result)
    M.answers[chat] = nil
    local line = failure and failure.message or (result.model .. ", " .. usd(result.cost.nanoUsd) .. ", " .. result.stopReason)
    append(buffer, "\n\n-- " .. line)
  end, buffer)
  M.running = id
  return buffer
end

function M.stop()
  if M.running then vim.lsp.get_client_by_id(M.client).cancel_request(M.running) end
end

function M.setup(options)
  local init = { protocolVersion = 1, client = { name = "neovim", version = "1" }, languageServer = true, settings = options.settings }
  M.client = vim.lsp.start_client({ name = "latchkey", cmd = options.cmd or { "latchkey", "serve", "--stdio" }, init_options = init, handlers = {
    ["chat/event"] = function(_, event)
      if event.type == "text-delta" and M.answers[event.chatId] then append(M.answers[event.chatId], event.text) end
    end,
    ["budget/changed"] = function(_, change) M.spent = change.todayNanoUsd vim.cmd("redrawstatus") end,
  } })
  vim.api.nvim_create_autocmd("FileType", { callback = function(event) vim.lsp.buf_attach_client(event.buf, M.client) end })
  vim.api.nvim_create_user_command("LatchkeyAsk", function(command)
    local lines = command.range > 0 and vim.api.nvim_buf_get_lines(0, command.line1 - 1, command.line2, false)
    M.ask(command.args, lines and table.concat(lines, "\n"))
  end, { nargs = "+", range = true })
  vim.api.nvim_create_user_command("LatchkeyStop", M.stop, {})
end

function _G.latchkey_status() return M.spent and ("Latchkey " .. usd(M.spent)) or "" end
return M
