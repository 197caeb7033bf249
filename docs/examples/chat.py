#!/usr/bin/env python3
"""A whole Latchkey client on the Python standard library: a streamed chat, then one that is cancelled.
Usage: chat.py [command that starts the sidecar …]   (default: latchkey serve --stdio)"""
import json, subprocess, sys, threading

command = sys.argv[1:] or ["latchkey", "serve", "--stdio"]
sidecar = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
answers, answered = {}, threading.Condition()

def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sidecar.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    sidecar.stdin.flush()

def read():
    while header := sidecar.stdout.readline():
        length = int(header.split(b":")[1])
        sidecar.stdout.readline()
        message = json.loads(sidecar.stdout.read(length))
        if message.get("method") == "chat/event" and message["params"]["type"] == "text-delta":
            print(message["params"]["text"], end="", flush=True)
        elif "id" in message:
            with answered:
                answers[message["id"]] = message
                answered.notify_all()

def wait(number):
    with answered:
        answered.wait_for(lambda: number in answers, timeout=60)
        return answers[number].get("result", answers[number].get("error"))

threading.Thread(target=read, daemon=True).start()
client = {"protocolVersion": 1, "client": {"name": "python", "version": "1"}}
send({"id": 1, "method": "initialize", "params": {"initializationOptions": client}})
print("speaks version", wait(1)["capabilities"]["experimental"]["protocolVersion"])
send({"method": "initialized", "params": {}})

prompt = [{"role": "user", "parts": [{"type": "text", "text": "What is in this window?"}]}]
send({"id": 2, "method": "chat/send", "params": {"chatId": "first", "messages": prompt}})
result = wait(2)
print(f"\n[{result['model']}, {result['cost']['nanoUsd']} nano-dollars, {result['stopReason']}]")

send({"id": 3, "method": "chat/send", "params": {"chatId": "second", "messages": prompt}})
send({"method": "$/cancelRequest", "params": {"id": 3}})
print(f"\n[{wait(3)['stopReason']}]")
send({"id": 4, "method": "shutdown"})
wait(4)
send({"method": "exit"})
sys.exit(sidecar.wait(timeout=5))
