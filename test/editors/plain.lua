-- Neovim's own LSP client and nothing else: what a user has who only registers the server. Writes what was seen as JSON.
local seen = { messages = {}, progress = {} }
local function wait(what, fits) assert(vim.wait(20000, fits, 10), "waited in vain for " .. what) end
local function finish(code)
  vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.SEEN)
  for _, client in ipairs(vim.lsp.get_active_clients()) do client.stop() end
  wait("the end of the client", function() return #vim.lsp.get_active_clients() == 0 end)
  vim.cmd(code == 0 and "qall!" or "cquit!")
end

local ok, trouble = pcall(function()
  local show, progress = vim.lsp.handlers["window/showMessage"], vim.lsp.handlers["$/progress"]
  vim.lsp.handlers["window/showMessage"] = function(failure, params, ...)
    table.insert(seen.messages, params.message)
    return show(failure, params, ...)
  end
  local tokens = {}
  vim.lsp.handlers["$/progress"] = function(failure, params, ...)
    tokens[params.value.kind] = params.token
    table.insert(seen.progress, params.value.kind)
    return progress(failure, params, ...)
  end
  vim.cmd("edit " .. vim.env.FILE)
  local id = vim.lsp.start_client({ name = "latchkey", cmd = { vim.env.NODE, vim.env.BUILT, "serve", "--stdio" }, root_dir = vim.fn.getcwd() })
  vim.lsp.buf_attach_client(0, id)
  wait("initialize", function() return vim.lsp.get_client_by_id(id).initialized end)
  local code = vim.api.nvim_get_current_buf()

  -- The user's own click in the menu of actions.
  local function choose(title)
    seen.offered = {}
    vim.ui.select = function(items, _, done)
      for _, item in ipairs(items) do
        table.insert(seen.offered, item[2].title)
        if item[2].title == title then done(item) end
      end
    end
    vim.api.nvim_set_current_buf(code)
    vim.lsp.buf.range_code_action({ diagnostics = {} }, { 1, 0 }, { 2, 20 })
  end
  local function page(name)
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_get_name(buffer):find(name, 1, true) then return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n") end
    end
  end

  choose("Latchkey: Explain")
  wait("the explanation", function() return page("explain-sum-py") end)
  seen.explanation = page("explain-sum-py")
  wait("the end of the progress", function() return tokens["end"] end)

  local hover = vim.lsp.buf_request_sync(code, "textDocument/hover", { textDocument = vim.lsp.util.make_text_document_params(code), position = { line = 0, character = 4 } }, 5000)
  seen.hover = hover[id].result.contents.value

  choose("Latchkey: Fix")
  wait("the fix", function() return vim.api.nvim_buf_get_lines(code, 1, 2, false)[1] == "    return a + b" end)
  seen.fixed = vim.api.nvim_buf_get_lines(code, 0, -1, false)

  tokens = {}
  choose("Latchkey: Write tests")
  wait("the first words", function() return tokens.report end)
  vim.lsp.get_client_by_id(id).notify("window/workDoneProgress/cancel", { token = tokens.report })
  wait("the end of what was cancelled", function() return tokens["end"] end)
  seen.tests = page("write-tests") or "none"
end)
if not ok then seen.trouble = tostring(trouble) end
finish(ok and 0 or 1)
