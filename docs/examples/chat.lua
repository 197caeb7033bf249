-- A whole client in Lua on Neovim's event loop: one streamed chat, one cancelled; nothing of Neovim's own LSP client.
-- Usage: nvim --headless -u NONE -c "luafile chat.lua"      (LATCHKEY: how the sidecar is started, "latchkey serve --stdio" unless set)
local words = vim.split(vim.env.LATCHKEY or "latchkey serve --stdio", " ")
local stdin, stdout, answers, unread, code = vim.loop.new_pipe(), vim.loop.new_pipe(), {}, "", nil
local options = { args = vim.list_slice(words, 2), stdio = { stdin, stdout, 2 } }
local process = assert(vim.loop.spawn(words[1], options, function(status) code = status end))

local function send(message)
  message.jsonrpc = "2.0"
  local body = vim.json.encode(message)
  stdin:write("Content-Length: " .. #body .. "\r\n\r\n" .. body)
end

local function received(message)
  if message.method == "chat/event" and message.params.type == "text-delta" then io.write(message.params.text) end
  if message.id then answers[message.id] = message.result or message.error or vim.NIL end
end

stdout:read_start(function(failure, chunk)
  assert(not failure, failure)
  unread = unread .. (chunk or "")
  while true do
    local _, head, length = unread:find("^Content%-Length: (%d+)\r\n\r\n")
    if not head or #unread < head + length then return end
    received(vim.json.decode(unread:sub(head + 1, head + length)))
    unread = unread:sub(head + length + 1)
  end
end)

local function answer(id)
  assert(vim.wait(60000, function() return answers[id] ~= nil end, 10), "no answer")
  return answers[id]
end

send({ id = 1, method = "initialize", params = { initializationOptions = { protocolVersion = 1, client = { name = "lua", version = "1" } } } })
io.write("speaks version ", answer(1).capabilities.experimental.protocolVersion, "\n")
local prompt = { { role = "user", parts = { { type = "text", text = "What is in this window?" } } } }
send({ id = 2, method = "chat/send", params = { chatId = "first", messages = prompt } })
io.write(string.format("\n[%s, %s] %d nano-dollars\n", answer(2).model, answer(2).stopReason, answer(2).cost.nanoUsd))
send({ id = 3, method = "chat/send", params = { chatId = "second", messages = prompt } })
send({ method = "$/cancelRequest", params = { id = 3 } })
io.write("[", answer(3).stopReason, "]\n")
send({ id = 4, method = "shutdown" })
answer(4)
send({ method = "exit" })
vim.wait(5000, function() return code ~= nil end, 10)
vim.cmd((code or 1) .. "cquit")
