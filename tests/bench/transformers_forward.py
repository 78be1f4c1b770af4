"""Peer of `rad-worker bench ablation`: one batched forward pass per line on standard input, by Hugging Face transformers.

usage: transformers_forward.py MODEL.gguf EXAMPLES.json DTYPE THREADS
EXAMPLES.json: {"examples": [{"ids"}, ...]}, run as one left-padded batch after another of at most 16 examples, logits and all,
as `model(input_ids, attention_mask)` does by default. Prints "ready", then the seconds of each pass.
"""
import json
import os
import sys
import time

BATCH = 16  # the fastest of 8, 16 and 32 on two cores


def batches(torch, examples):
    for begin in range(0, len(examples), BATCH):
        part = [example["ids"] for example in examples[begin:begin + BATCH]]
        longest = max(map(len, part))
        ids = torch.zeros(len(part), longest, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, tokens in enumerate(part):
            ids[row, longest - len(tokens):] = torch.tensor(tokens)
            mask[row, longest - len(tokens):] = 1
        yield ids, mask


def main():
    model_path, examples_path, dtype, threads = sys.argv[1:]
    try:
        import torch
        import transformers
    except ImportError as error:
        print(f"Hugging Face transformers is not installed ({error})", flush=True)
        return
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(int(threads))
    folder, name = os.path.split(os.path.abspath(model_path))
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=name, dtype={"float32": torch.float32, "bf16": torch.bfloat16}[dtype]).eval()
    with open(examples_path, encoding="utf-8") as file:
        work = list(batches(torch, json.load(file)["examples"]))
    print("ready", flush=True)
    with torch.inference_mode():
        for _ in sys.stdin:
            begin = time.perf_counter()
            for ids, mask in work:
                model(input_ids=ids, attention_mask=mask, use_cache=False)
            print(time.perf_counter() - begin, flush=True)


main()
