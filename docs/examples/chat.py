#!/usr/bin/env python3
"""A whole client on the standard library: one streamed chat, one cancelled. Usage: chat.py [command that starts the sidecar]"""
import json, subprocess, sys, threading

sidecar = subprocess.Popen(sys.argv[1:] or ["latchkey", "serve", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
answers, answered = {}, threading.Condition()

def send(**message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sidecar.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    sidecar.stdin.flush()

def read():
    while header := sidecar.stdout.readline():
        sidecar.stdout.readline()
        message = json.loads(sidecar.stdout.read(int(header.split(b":")[1])))
        if message.get("method") == "chat/event" and message["params"]["type"] == "text-delta":
            print(message["params"]["text"], end="", flush=True)
        elif "id" in message:
            with answered:
                answers[message["id"]] = message.get("result", message.get("error"))
                answered.notify_all()

def answer(number):
    with answered:
        answered.wait_for(lambda: number in answers, timeout=60)
        return answers[number]

threading.Thread(target=read, daemon=True).start()
send(id=1, method="initialize", params={"initializationOptions": {"protocolVersion": 1, "client": {"name": "python", "version": "1"}}})
print("speaks version", answer(1)["capabilities"]["experimental"]["protocolVersion"])
prompt = [{"role": "user", "parts": [{"type": "text", "text": "What is in this window?"}]}]
send(id=2, method="chat/send", params={"chatId": "first", "messages": prompt})
print("\n[%(model)s, %(stopReason)s]" % answer(2), answer(2)["cost"]["nanoUsd"], "nano-dollars")
send(id=3, method="chat/send", params={"chatId": "second", "messages": prompt})
send(method="$/cancelRequest", params={"id": 3})
print("[%(stopReason)s]" % answer(3))
send(id=4, method="shutdown"), answer(4), send(method="exit")
sys.exit(sidecar.wait(timeout=5))
