"""Stands in for a program that watches agents by forking git and tmux in a loop.

A light pass starts 16 processes and 2 for each agent, every tenth pass 4 for each
agent. What git starts by itself is part of the 16: an unchanged fetch from a
repository on the same disk is about four.

  standin.py watch REPO SOCKET TARGET INTERVAL   pass, sleep INTERVAL seconds, until ended
  standin.py cost  REPO SOCKET PASSES            pass without sleeping; print seconds of CPU
                                                 for a light and for a heavy pass, and kilobytes
"""
import resource
import subprocess
import sys
import time


def out(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def git(repo, *argv):
    return out("git", "-C", repo, *argv)


def tmux(socket, *argv):
    return out("tmux", "-S", socket, *argv)


def look(repo, old):
    """12 processes: fetch, and what is asked of the result."""
    git(repo, "fetch", "-q", "origin", "main")
    tip = git(repo, "rev-parse", "FETCH_HEAD").strip()
    subjects = []
    for pattern in ("^claim", "^review"):
        subjects += git(repo, "log", "--format=%s", "-i", "--grep", pattern, f"{old}..{tip}").splitlines()
    for name in ("ADVERSARY-INBOX.md", "BUILDER-INBOX.md"):
        git(repo, "rev-parse", f"{tip}:machine-docs/{name}")
        git(repo, "rev-parse", f"{tip}:{name}")
    git(repo, "show", f"{tip}:machine-docs/STATUS.md")
    git(repo, "show", f"{tip}:STATUS.md")
    git(repo, "symbolic-ref", "HEAD")
    git(repo, "status", "--porcelain")
    return tip, subjects


def sessions(socket, each):
    for name in tmux(socket, "list-sessions", "-F", "#{session_name}").split():
        for _ in range(each // 2):
            tmux(socket, "has-session", "-t", f"={name}")
            tmux(socket, "capture-pane", "-p", "-t", f"={name}:")


def watch(repo, socket, target, interval):
    old = git(repo, "rev-parse", "origin/main").strip()
    print("ready", flush=True)
    count = 0
    while True:
        old, subjects = look(repo, old)
        if subjects:
            tmux(socket, "send-keys", "-t", f"={target}:", "-l", f"look at {subjects[-1]}")
            tmux(socket, "send-keys", "-t", f"={target}:", "Enter")
        sessions(socket, 4 if count % 10 == 9 else 2)
        count += 1
        time.sleep(interval)


def used():
    total = 0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


def cost(repo, socket, passes):
    old = git(repo, "rev-parse", "origin/main").strip()
    spent = []
    for each in (2, 4):
        before = used()
        for _ in range(passes):
            look(repo, old)
            sessions(socket, each)
        spent.append((used() - before) / passes)
    print(*spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if sys.argv[1] == "watch":
    watch(sys.argv[2], sys.argv[3], sys.argv[4], float(sys.argv[5]))
else:
    cost(sys.argv[2], sys.argv[3], int(sys.argv[4]))
