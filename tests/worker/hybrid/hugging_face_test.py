"""Exported students, loaded by Hugging Face transformers, are what rad-worker runs.

usage: hugging_face_test.py WRITE_STUDENT_FOLDER RAD_EXECUTOR      Exits with 77, skipped, without transformers.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

WRITE_STUDENT_FOLDER, RAD_EXECUTOR = sys.argv[1:]
NEW_TOKENS = 40
TEXT = "The value of the dictionary:\n42 they're naïve <|end|>"
# What Python's torch needs on its path is not what ours was linked with.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("LD_LIBRARY_PATH", "PYTHONPATH")}


def rad(*arguments, given=""):
    run = subprocess.run([RAD_EXECUTOR, *map(str, arguments)], input=given, capture_output=True, text=True,
                         env=ENVIRONMENT, check=True)
    return run.stdout


def random_ids(count, vocabulary):
    return torch.randint(2, vocabulary, (1, count), generator=torch.Generator().manual_seed(count))


def greedy(model, ids, **kwargs):
    out = model.generate(ids, max_new_tokens=NEW_TOKENS, do_sample=False, eos_token_id=None, pad_token_id=0, **kwargs)
    return out[0, ids.shape[1]:].tolist()


class ExportedStudent:
    """Every case for one folder."""

    layers_without_ssm = [False, False, True]  # the last keeps all its heads

    @classmethod
    def setUpClass(cls):
        cls.path = folder / cls.kind
        cls.model = AutoModelForCausalLM.from_pretrained(cls.path, trust_remote_code=True).eval()
        cls.tokenizer = AutoTokenizer.from_pretrained(cls.path, trust_remote_code=True)

    def test_logits(self):
        for count in (1, 2, 63, 64, 65, 200):
            ids = random_ids(count, self.model.config.vocab_size)
            with torch.no_grad():
                logits = self.model(ids).logits[0].double()
            ours = json.loads(rad("forward", self.path, given=json.dumps({"ids": ids[0].tolist()})))
            tolerance = 2e-5 * logits.abs().max().item()
            for token, logit in ours["top"]:
                self.assertAlmostEqual(logits[-1, token].item(), logit, delta=tolerance)
            self.assertAlmostEqual(logits[-1].logsumexp(0).item(), ours["logsumexp"], delta=tolerance)
            if count > 1:
                nll = torch.nn.functional.cross_entropy(logits[:-1], ids[0, 1:]).item()
                self.assertAlmostEqual(nll, ours["mean_nll"], delta=tolerance)

    def test_greedy_text(self):
        ids = random_ids(70, self.model.config.vocab_size)
        text = ",".join(map(str, ids[0].tolist()))
        ours = json.loads(rad("generate", self.path, "--ids", text, "--max-tokens", NEW_TOKENS))["ids"]
        self.assertEqual(len(ours), NEW_TOKENS)
        self.assertEqual(greedy(self.model, ids), ours)
        self.assertEqual(greedy(self.model, ids, use_cache=False), ours)

    def test_state_does_not_grow_but_in_the_kept_heads(self):
        ids = random_ids(10, self.model.config.vocab_size)
        with torch.no_grad():
            cache = self.model(ids, use_cache=True).past_key_values
            shapes = [None if state is None else state.shape for state in cache.ssm + cache.conv]
            for _ in range(5):
                self.model(ids[:, :1], past_key_values=cache, use_cache=True)
        self.assertEqual([None if state is None else state.shape for state in cache.ssm + cache.conv], shapes)
        self.assertEqual([None if k is None else k.shape[1:3] for k in cache.keys], [(2, 15), None, (2, 15)])
        self.assertEqual([state is None for state in cache.ssm], self.layers_without_ssm)

    def test_left_padding_leaves_no_trace(self):
        short, long = random_ids(9, 700), random_ids(30, 700)
        batch = torch.cat([torch.cat([torch.zeros(1, 21, dtype=torch.long), short], dim=1), long])
        mask = torch.ones_like(batch)
        mask[0, :21] = 0
        out = self.model.generate(batch, attention_mask=mask, max_new_tokens=NEW_TOKENS, do_sample=False,
                                  eos_token_id=None, pad_token_id=0)
        self.assertEqual(out[0, 30:].tolist(), greedy(self.model, short))
        self.assertEqual(out[1, 30:].tolist(), greedy(self.model, long))

    def test_gradients_reach_every_weight(self):
        ids = random_ids(20, self.model.config.vocab_size)
        self.model(ids, labels=ids).loss.backward()
        for name, weight in self.model.named_parameters():
            self.assertGreater(weight.grad.abs().max().item(), 0, name)

    def test_tokenizer(self):
        ours = json.loads(rad("tokenize", self.path, given=json.dumps({"text": TEXT})))["ids"]
        self.assertEqual(self.tokenizer(TEXT)["input_ids"], ours)
        self.assertEqual(self.tokenizer.eos_token, "<|end|>")
        self.assertEqual(self.model.generation_config.eos_token_id, self.tokenizer.eos_token_id)


class Llama(ExportedStudent, unittest.TestCase):
    kind = "llama"


class Qwen2(ExportedStudent, unittest.TestCase):
    kind = "qwen2"


class Sum(ExportedStudent, unittest.TestCase):
    kind = "sum"
    layers_without_ssm = [False, False, False]


class Adapter(ExportedStudent, unittest.TestCase):
    kind = "adapter"
    layers_without_ssm = [False, False, False]


with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    os.environ["HF_MODULES_CACHE"] = str(folder / "modules")
    subprocess.run([WRITE_STUDENT_FOLDER, folder], env=ENVIRONMENT, check=True)
    unittest.main(argv=sys.argv[:1])
