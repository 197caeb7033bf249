#!/bin/sh
# A prompt from a shell, three ways. Usage: chat.sh "your prompt"   (LATCHKEY: how latchkey is called, "latchkey" unless set)
set -eu
prompt=${1:-What is in this window?}
latchkey=${LATCHKEY:-latchkey}

# 1. The command line: the answer on stdout, nothing else.
$latchkey ask "$prompt"

# 2. The same as JSON, for other programs: text, model, cost, routing.
$latchkey ask --json "$prompt" | sed -n 's/^  "model": "\(.*\)",$/model: \1/p'

# 3. JSON-RPC over stdio, frame by frame: what an editor does, in a pipe.
frame() { printf 'Content-Length: %d\r\n\r\n%s' "$(printf %s "$1" | wc -c)" "$1"; }
text=$(printf %s "$prompt" | sed 's/\\/\\\\/g; s/"/\\"/g')
{
  frame '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"initializationOptions":{"protocolVersion":1,"client":{"name":"sh","version":"1"}}}}'
  frame '{"jsonrpc":"2.0","id":2,"method":"chat/send","params":{"chatId":"a","messages":[{"role":"user","parts":[{"type":"text","text":"'"$text"'"}]}]}}'
  sleep "${SECONDS_TO_WAIT:-2}" # a pipe that closes ends the sidecar
  frame '{"jsonrpc":"2.0","id":3,"method":"shutdown"}'
  frame '{"jsonrpc":"2.0","method":"exit"}'
} | $latchkey serve --stdio | tr '\r' '\n' | grep -c '"type":"text-delta"' | sed 's/^/text-delta events: /'
