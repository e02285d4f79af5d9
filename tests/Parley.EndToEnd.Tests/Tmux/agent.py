#!/usr/bin/python3
"""A program that looks like Claude Code in a terminal, without a model. Tests run it under the name 'claude'.

STUB_FOLDER    where it writes what happens to it (log) and reads what it shall do (control, a named pipe)
STUB_SWALLOW   for how many ms after a character it swallows Enter
STUB_TURN      how many ms a turn takes at least
STUB_INBOX     a command that it runs in a turn whose prompt is a wake; its output goes to the log

Lines of the control pipe: dialog, close (the dialog), draft TEXT, busy, idle, exit.
"""
import json
import os
import select
import subprocess
import sys
import termios
import threading
import time
import tty

FOLDER = os.environ["STUB_FOLDER"]
SWALLOW = int(os.environ.get("STUB_SWALLOW", "0")) / 1000
TURN = int(os.environ.get("STUB_TURN", "100")) / 1000
INBOX = os.environ.get("STUB_INBOX")

draft, busy, dialog, transcript = "", 0, False, []
last_key = 0.0
lock = threading.Lock()


def log(**what):
    with lock, open(os.path.join(FOLDER, "log"), "a", encoding="utf-8") as file:
        file.write(json.dumps(what) + "\n")


def draw():
    columns, rows = os.get_terminal_size()
    rule = "─" * columns
    if dialog:
        below = [rule, " Bash command", "", " Do you want to proceed?", " ❯ 1. Yes", "   2. No", "", " Esc to cancel · Tab to amend"]
        cursor = (4, 1)
    else:
        wrapped = [draft[at:at + columns - 3] for at in range(0, max(len(draft), 1), columns - 3)]
        composer = [("❯\u00a0" if index == 0 else "  ") + part for index, part in enumerate(wrapped)]
        footer = "  ? for shortcuts" + (" · esc to interrupt" if busy else "")
        below = (["✻ Working…", ""] if busy else [""]) + [rule] + composer + [rule, footer]
        cursor = (len(below) - 3, 2 + len(wrapped[-1]))
    above = transcript[-max(rows - len(below), 0):] if rows > len(below) else []
    start = max(rows - len(below), 0)
    screen = "\x1b[?25l\x1b[2J"
    for index, line in enumerate(above):
        screen += f"\x1b[{start - len(above) + index + 1};1H{line[:columns]}"
    for index, line in enumerate(below[-rows:]):
        screen += f"\x1b[{start + index + 1};1H{line[:columns]}"
    screen += f"\x1b[{start + cursor[0] + 1};{cursor[1] + 1}H\x1b[?25h"
    sys.stdout.write(screen)
    sys.stdout.flush()


def turn(prompt):
    global busy
    began = time.monotonic()
    if prompt.startswith("Parley:") and INBOX:
        done = subprocess.run(INBOX, shell=True, capture_output=True, text=True, check=False)
        log(inbox=done.stdout, error=done.stderr, exit=done.returncode)
    time.sleep(max(0, TURN - (time.monotonic() - began)))
    busy -= 1
    os.write(waker[1], b"x")


def submit():
    global draft, busy
    prompt, draft = draft, ""
    log(submitted=prompt)
    transcript.append("❯ " + prompt)
    busy += 1
    threading.Thread(target=turn, args=(prompt,), daemon=True).start()


def key(letter):
    global draft, dialog, last_key
    now = time.monotonic()
    if letter in "\r\n":
        if dialog:
            log(accepted=True)
            dialog = False
        elif now - last_key < SWALLOW:
            log(swallowed=True)
        elif draft:
            submit()
        else:
            log(empty_enter=True)
        return
    if dialog:
        log(key_in_dialog=letter)
    elif letter == "\x15":
        draft = ""
    elif letter >= " ":
        draft += letter
    last_key = now


def command(line):
    global dialog, draft, busy
    word, _, rest = line.partition(" ")
    if word == "dialog":
        dialog = True
    elif word == "close":
        dialog = False
    elif word == "draft":
        draft = rest
    elif word == "busy":
        busy += 1
    elif word == "idle":
        busy -= 1
    elif word == "exit":
        return False
    log(did=word)
    return True


waker = os.pipe()
control_path = os.path.join(FOLDER, "control")
if not os.path.exists(control_path):
    os.mkfifo(control_path)
# Read and write, so that it does not end with its first writer.
control = os.open(control_path, os.O_RDWR)
before = termios.tcgetattr(0)
tty.setraw(0)
sys.stdout.write("\x1b[?1049h\x1b[?2004h\x1b]2;✳ Claude Code\x07")
pending, commands = "", ""
try:
    running = True
    log(started=os.getpid())
    while running:
        draw()
        ready, _, _ = select.select([0, control, waker[0]], [], [])
        if waker[0] in ready:
            os.read(waker[0], 100)
        if control in ready:
            commands += os.read(control, 4096).decode()
            while running and "\n" in commands:
                line, commands = commands.split("\n", 1)
                running = command(line)
        if 0 in ready:
            data = os.read(0, 4096)
            if not data:
                break
            pending += data.decode(errors="replace")
            while pending:
                if pending.startswith("\x1b[200~"):
                    end = pending.find("\x1b[201~")
                    if end < 0:
                        break
                    for letter in pending[6:end].replace("\r", " ").replace("\n", " "):
                        key(letter)
                    pending = pending[end + 6:]
                elif pending[0] == "\x1b":
                    pending = pending[3:]
                else:
                    key(pending[0])
                    pending = pending[1:]
finally:
    sys.stdout.write("\x1b[?2004l\x1b[?1049l")
    sys.stdout.flush()
    termios.tcsetattr(0, termios.TCSANOW, before)
