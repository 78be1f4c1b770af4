"""Peer of `rad-worker bench train`: one optimizer step per line on standard input, in eager PyTorch.

usage: eager_training.py WORK.json
WORK.json: {"model": a .gguf file, "step": "align" | "kd", "dtype": "float32" | "bf16", "threads", "state_dim",
"kept": [[head, ...] per layer], "batches": [{"ids", "document", "positions", "weights"}, ...]}.
Prints "ready", then for an empty line the seconds of a step, for the line "memory" the process's peak resident bytes
since the step before the last such question.

The model is Hugging Face's, frozen, in the working dtype; the trained mixers are float32 under autocast; the scan is the
quadratic masked form; AdamW is PyTorch's fused one. Alignment takes every layer's gradient as soon as its loss is known,
so that the graph of one layer exists at a time. Distillation shares all frozen modules between teacher and student.
"""
import ctypes
import json
import os
import sys
import time

CONV_WIDTH = 4


def peak_bytes_and_reset():
    with open("/proc/self/status", encoding="ascii") as status:
        peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    return peak


def define(torch, functional):
    nn = torch.nn

    class SsmHeads(nn.Module):
        """DiscreteMamba-2 heads, [b, t, d] -> [b, t, heads * head_dim]."""

        def __init__(self, hidden, heads, head_dim, state_dim):
            super().__init__()
            self.heads, self.sizes = heads, [heads * head_dim, heads * state_dim, heads * state_dim]
            channels = sum(self.sizes)
            self.in_proj = nn.Linear(hidden, channels + heads * head_dim + heads)
            self.conv = nn.Conv1d(channels, channels, CONV_WIDTH, groups=channels, padding=CONV_WIDTH - 1)
            self.z_bias = nn.Parameter(torch.full((heads * head_dim,), 1.278))
            self.D = nn.Parameter(torch.ones(heads))

        def forward(self, u, visible):
            tokens = u.shape[1]
            mixed, z, a = self.in_proj(u).split([sum(self.sizes), self.sizes[0], self.heads], -1)
            mixed = self.conv(mixed.transpose(1, 2))[..., :tokens].transpose(1, 2)
            x, b, c = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in mixed.split(self.sizes, -1))
            total = functional.logsigmoid(-a.float()).cumsum(1).transpose(1, 2)
            decay = (total.unsqueeze(-1) - total.unsqueeze(-2)).masked_fill(~visible, -torch.inf).exp()
            y = ((c @ b.transpose(-1, -2)) * decay) @ x + self.D.view(-1, 1, 1) * x
            return y.transpose(1, 2).flatten(2) * functional.silu(z + self.z_bias)

    class Mixer(nn.Module):
        """A student's layer: some heads attention, the others SSM heads."""

        def __init__(self, attention, config, kept, state_dim):
            super().__init__()
            head_dim, group = config.head_dim, config.num_attention_heads // config.num_key_value_heads
            self.kept, self.head_dim = len(kept), head_dim

            def rows(linear, heads):
                picked = [linear.weight.detach()[h * head_dim:(h + 1) * head_dim] for h in heads]
                return nn.Parameter(torch.cat(picked).float())

            if kept:
                self.q = rows(attention.q_proj, kept)
                self.k = rows(attention.k_proj, [h // group for h in kept])
                self.v = rows(attention.v_proj, [h // group for h in kept])
            self.ssm = SsmHeads(config.hidden_size, config.num_attention_heads - len(kept), head_dim, state_dim)
            self.o = nn.Parameter(attention.o_proj.weight.detach().float())

        def forward(self, u, visible, rope, rotate):
            parts = [self.ssm(u, visible)]
            if self.kept:
                q, k, v = (functional.linear(u, w).unflatten(2, (self.kept, -1)).transpose(1, 2)
                           for w in (self.q, self.k, self.v))
                q, k = rotate(q, k, *rope)
                out = functional.scaled_dot_product_attention(q, k, v, attn_mask=visible)
                parts.insert(0, out.transpose(1, 2).flatten(2))
            return functional.linear(torch.cat(parts, -1) if self.kept else parts[0], self.o)

    return SsmHeads, Mixer


class Training:
    """What both steps share: the frozen teacher, the batches, one optimizer."""

    def __init__(self, torch, transformers, work):
        self.torch, self.functional = torch, torch.nn.functional
        self.dtype = {"float32": torch.float32, "bf16": torch.bfloat16}[work["dtype"]]
        folder, name = os.path.split(os.path.abspath(work["model"]))
        self.teacher = transformers.AutoModelForCausalLM.from_pretrained(
            folder, gguf_file=name, dtype=self.dtype).eval().requires_grad_(False)
        self.config, self.layers = self.teacher.config, self.teacher.model.layers
        self.config.head_dim = self.layers[0].self_attn.head_dim
        self.batches = [self.prepared(batch) for batch in work["batches"]]
        self.steps = 0

    def prepared(self, batch):
        torch = self.torch
        document = torch.tensor(batch["document"])
        same = document.unsqueeze(2).eq(document.unsqueeze(1))
        visible = same.tril().unsqueeze(1)
        return {"ids": torch.tensor(batch["ids"]), "visible": visible, "packed": not bool(same.all()),
                "positions": torch.tensor(batch["positions"]), "weights": torch.tensor(batch["weights"])}

    def autocast(self):
        return self.torch.autocast("cpu", self.torch.bfloat16, enabled=self.dtype == self.torch.bfloat16)

    def optimize(self, mixers):
        groups = [list(mixer.parameters()) for mixer in mixers]
        self.optimizer = self.torch.optim.AdamW([p for group in groups for p in group], lr=1e-4, betas=(0.9, 0.95),
                                                weight_decay=0, fused=True)
        return groups

    def teach(self, batch):
        return self.teacher.model(input_ids=batch["ids"], use_cache=False,
                                  attention_mask=batch["visible"] if batch["packed"] else None).last_hidden_state

    def step(self):
        batch = self.batches[self.steps % len(self.batches)]
        self.steps += 1
        self.train(batch)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)


class Alignment(Training):
    def __init__(self, torch, transformers, work, heads_class):
        super().__init__(torch, transformers, work)
        config = self.config
        self.mixers = [heads_class(config.hidden_size, config.num_attention_heads, config.head_dim, work["state_dim"])
                       for _ in self.layers]
        self.groups = self.optimize(self.mixers)
        self.inputs, self.outputs = {}, {}
        for index, layer in enumerate(self.layers):
            layer.input_layernorm.register_forward_hook(
                lambda module, args, out, index=index: self.inputs.__setitem__(index, out))
            layer.self_attn.o_proj.register_forward_pre_hook(
                lambda module, args, index=index: self.outputs.__setitem__(index, args[0]))

    def train(self, batch):
        torch = self.torch
        with torch.no_grad():
            self.teach(batch)
        for index, layer in enumerate(self.layers):
            with self.autocast():
                difference = self.mixers[index](self.inputs.pop(index), batch["visible"]) - self.outputs.pop(index)
                loss = layer.self_attn.o_proj(difference).float().norm(dim=-1).mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.groups[index], 1.0)
            loss.item()


class Distillation(Training):
    def __init__(self, torch, transformers, work, mixer_class):
        super().__init__(torch, transformers, work)
        self.rotate = transformers.models.llama.modeling_llama.apply_rotary_pos_emb
        self.mixers = [mixer_class(layer.self_attn, self.config, kept, work["state_dim"])
                       for layer, kept in zip(self.layers, work["kept"])]
        self.parameters = [p for group in self.optimize(self.mixers) for p in group]

    def study(self, batch):
        model, ids = self.teacher.model, batch["ids"]
        x = model.embed_tokens(ids)
        rope = model.rotary_emb(x, self.torch.arange(ids.shape[1]).unsqueeze(0))
        for layer, mixer in zip(self.layers, self.mixers):
            x = x + mixer(layer.input_layernorm(x), batch["visible"], rope, self.rotate)
            x = x + layer.mlp(layer.post_attention_layernorm(x))
        return model.norm(x)

    def train(self, batch):
        torch = self.torch

        def logits(hidden):
            return self.teacher.lm_head(hidden.flatten(0, 1).index_select(0, batch["positions"])).float()

        with torch.no_grad():
            target = torch.softmax(logits(self.teach(batch)), -1)
        with self.autocast():
            prediction = logits(self.study(batch))
        loss = self.functional.cross_entropy(prediction, target, reduction="none")
        loss = (loss * batch["weights"]).sum() / batch["weights"].sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        loss.item()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        work = json.load(file)
    try:
        import torch
        import transformers
    except ImportError as error:
        print(f"PyTorch or Hugging Face transformers is not installed ({error})", flush=True)
        return
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(work["threads"])
    heads_class, mixer_class = define(torch, torch.nn.functional)
    training = (Alignment(torch, transformers, work, heads_class) if work["step"] == "align" else
                Distillation(torch, transformers, work, mixer_class))
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "memory":
            print(peak_bytes_and_reset(), flush=True)
            continue
        begin = time.perf_counter()
        training.step()
        print(time.perf_counter() - begin, flush=True)


main()
