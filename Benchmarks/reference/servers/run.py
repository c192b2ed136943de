#!/usr/bin/env python3
"""Starts the reference server of `--model NAME[:N]`: the other options go to it as they are."""
import os
import pathlib
import sys

MODELS = ("one-client", "sequential", "thread-per-connection", "prefork", "thread-per-request", "pipeline", "managers",
          "process-pipeline", "event-loop", "tasks")


def model_of(words):
    for word, following in zip(words, [*words[1:], ""]):
        if word == "--model":
            return following.partition(":")[0]
        if word.startswith("--model="):
            return word.removeprefix("--model=").partition(":")[0]
    return ""


def main():
    model = model_of(sys.argv[1:])
    if model not in MODELS:
        sys.exit(f"run.py: --model {model or 'is missing'}: the models are {', '.join(MODELS)}")
    program = pathlib.Path(__file__).with_name(model.replace("-", "_") + ".py")
    os.execv(sys.executable, [sys.executable, str(program), *sys.argv[1:]])


if __name__ == "__main__":
    main()
