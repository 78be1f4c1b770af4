"""A hybrid student of rad in plain PyTorch: a Llama or Qwen2 Transformer that keeps a few attention heads, while every
other head is a DiscreteMamba-2 head (arXiv 2602.11374). Decoding holds K and V of the kept heads, and of every SSM head
a state that does not grow.

Shapes: b sequences, t tokens, d hidden, P head dimension, N state dimension, C channels of the convolution.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F
from transformers import PreTrainedModel
from transformers.generation import GenerationMixin
from transformers.modeling_outputs import CausalLMOutputWithPast

from .configuration_rad_hybrid import RadHybridConfig

CONV_HISTORY = 3  # tokens before the current one that the convolution reads
SSM_CHUNK = 64  # tokens whose mixing is one matrix product


class RadHybridCache:
    """What decoding carries from token to token, per layer; None until the first tokens were fed."""

    is_compileable = False

    def __init__(self, layers):
        self.keys = [None] * layers  # [b, kept groups, t, P], rope applied
        self.values = [None] * layers
        self.conv = [None] * layers  # [b, 3, C]: the convolution's last inputs, oldest first
        self.ssm = [None] * layers  # [b, SSM heads, N, P] float32
        self.seen_tokens = 0

    def get_seq_length(self, layer_idx=0):
        return self.seen_tokens

    def append(self, layer, k, v):
        if self.keys[layer] is not None:
            k = torch.cat([self.keys[layer], k], dim=2)
            v = torch.cat([self.values[layer], v], dim=2)
        self.keys[layer], self.values[layer] = k, v
        return k, v

    def reorder_cache(self, beam_idx):
        for states in (self.keys, self.values, self.conv, self.ssm):
            for layer, state in enumerate(states):
                if state is not None:
                    states[layer] = state.index_select(0, beam_idx.to(state.device))


class RmsNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        wide = x.float()
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
        return (wide * self.weight.float()).to(x.dtype)


class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


def rope_frequencies(config):
    """Radians per token of each pair of dimensions, [P / 2] float64; long wavelengths stretched as Llama 3 does."""
    half = config.head_dim // 2
    frequencies = [config.teacher["rope_theta"] ** (-i / half) for i in range(half)]
    scaling = config.teacher.get("rope_scaling")
    if config.rope_factors:
        frequencies = [f / factor for f, factor in zip(frequencies, config.rope_factors)]
    elif scaling:
        low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
        for i, frequency in enumerate(frequencies):
            turns = scaling["original_max_position_embeddings"] * frequency / (2 * math.pi)
            ramp = min(max((turns - low) / (high - low), 0.0), 1.0)
            frequencies[i] = (1 - ramp) * frequency / scaling["factor"] + ramp * frequency
    return torch.tensor(frequencies, dtype=torch.float64, device="cpu")


def rope_angles(config, positions):
    """positions [b, t] -> cos and sin, each [b, 1, t, P / 2] float32."""
    angles = positions[:, None, :, None].double() * rope_frequencies(config).to(positions.device)
    return angles.cos().float(), angles.sin().float()


def rotate(x, rope):
    """Half-split rotation (pairs i, i + P / 2) of x [b, heads, t, P]."""
    cos, sin = rope
    first, second = x.float().chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1).to(x.dtype)


class KeptHeads(nn.Module):
    """A layer's attention heads. Heads of one key-value group of the teacher share their K and V."""

    def __init__(self, config, layer, kept):
        super().__init__()
        group_size = config.num_attention_heads // config.num_key_value_heads
        groups = sorted({head // group_size for head in kept})
        self.layer, self.head_dim = layer, config.head_dim
        self.group_of_head = [groups.index(head // group_size) for head in kept]
        rows = config.head_dim * len(groups)
        self.q_proj = nn.Linear(config.hidden_size, config.head_dim * len(kept), bias=config.qkv_bias)
        self.k_proj = nn.Linear(config.hidden_size, rows, bias=config.qkv_bias)
        self.v_proj = nn.Linear(config.hidden_size, rows, bias=config.qkv_bias)

    def forward(self, u, rope, mask, cache):
        """u [b, t, d] -> the heads' outputs [b, t, heads * P]. mask [b, 1, t, keys], true where a query sees a key."""
        q, k, v = (proj(u).unflatten(2, (-1, self.head_dim)).transpose(1, 2)
                   for proj in (self.q_proj, self.k_proj, self.v_proj))
        q, k = rotate(q, rope), rotate(k, rope)
        if cache is not None:
            k, v = cache.append(self.layer, k, v)
        out = F.scaled_dot_product_attention(q, k[:, self.group_of_head], v[:, self.group_of_head], attn_mask=mask)
        return out.transpose(1, 2).flatten(2)


def scan(x, B, C, log_a, D, state):
    """S_t = a_t S_{t-1} + B_t x_t^T and y_t = C_t^T S_t + D x_t, a chunk of tokens at a time, all float32.

    x [b, t, h, P], B and C [b, t, h, N], log_a [b, t, h], D [h], state [b, h, N, P] -> y as x, the last state.
    """
    x, B, C, log_a = (part.transpose(1, 2) for part in (x, B, C, log_a))  # heads before tokens
    chunks = []
    for part in zip(*(p.split(SSM_CHUNK, dim=2) for p in (x, B, C, log_a))):
        xs, Bs, Cs, decay = part[0], part[1], part[2], part[3].cumsum(2)
        length = xs.shape[2]
        future = torch.ones(length, length, dtype=torch.bool, device=xs.device).triu(1)
        between = (decay[..., :, None] - decay[..., None, :]).masked_fill(future, -math.inf).exp()
        y = (between * (Cs @ Bs.transpose(2, 3))) @ xs + decay.exp()[..., None] * (Cs @ state)
        to_end = (decay[..., -1:] - decay).exp()
        state = decay[..., -1, None, None].exp() * state + (Bs * to_end[..., None]).transpose(2, 3) @ xs
        chunks.append(y + D[:, None, None] * xs)
    return torch.cat(chunks, dim=2).transpose(1, 2), state


class Conv1d(nn.Module):
    """The weights of a causal depthwise convolution."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels, CONV_HISTORY + 1))
        self.bias = nn.Parameter(torch.zeros(channels))


class SsmHeads(nn.Module):
    """A layer's DiscreteMamba-2 heads, gated, without the output projection. Float32 from the projection on."""

    def __init__(self, config, layer, heads):
        super().__init__()
        self.layer, self.heads, self.head_dim, self.state_dim = layer, heads, config.ssm_head_dim, config.state_dim
        self.parts = [heads * self.head_dim, heads * self.state_dim, heads * self.state_dim]  # x, B, C
        channels = sum(self.parts)
        self.in_proj = nn.Linear(config.hidden_size, channels + self.parts[0] + heads)  # rows x, B, C, z, A_log
        self.conv1d = Conv1d(channels)
        self.z_bias = nn.Parameter(torch.zeros(self.parts[0]))
        self.D = nn.Parameter(torch.ones(heads))

    def forward(self, u, real, cache):
        """u [b, t, d] -> [b, t, heads * P]. real [b, t, 1] is 0 at padding, which leaves no trace; None: no padding."""
        conv_input, z, A_log = self.in_proj(u).float().split([sum(self.parts), self.parts[0], self.heads], dim=2)
        if real is not None:
            conv_input = conv_input * real
        history = cache.conv[self.layer] if cache is not None else None
        if history is None:
            history = conv_input.new_zeros(u.shape[0], CONV_HISTORY, conv_input.shape[2])
        window = torch.cat([history, conv_input], dim=1)
        convolved = F.conv1d(window.transpose(1, 2), self.conv1d.weight.float()[:, None], self.conv1d.bias.float(),
                             groups=conv_input.shape[2]).transpose(1, 2)
        x, B, C = (part.unflatten(2, (self.heads, -1)) for part in convolved.split(self.parts, dim=2))
        if real is not None:
            x = x * real[..., None]
        state = cache.ssm[self.layer] if cache is not None else None
        if state is None:
            state = x.new_zeros(u.shape[0], self.heads, self.state_dim, self.head_dim)
        y, state = scan(x, B, C, F.logsigmoid(-A_log), self.D.float(), state)
        if cache is not None:
            cache.conv[self.layer], cache.ssm[self.layer] = window[:, -CONV_HISTORY:].clone(), state
        return (y.flatten(2) * F.silu(z + self.z_bias.float())).to(u.dtype)


def match_statistics(x, like):
    """x with its mean and standard deviation over the last dimension made those of `like`, token by token."""
    variance, mean = torch.var_mean(like, dim=-1, keepdim=True, correction=0)
    own_variance, own_mean = torch.var_mean(x, dim=-1, keepdim=True, correction=0)
    return (x - own_mean) / (own_variance + 1e-12).sqrt() * (variance + 1e-12).sqrt() + mean


class HybridLayer(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        kept = config.kept_in(layer)
        ssm = config.num_attention_heads - (len(kept) if config.join == "replace" else 0)
        self.attention = KeptHeads(config, layer, kept) if kept else None
        self.ssm = SsmHeads(config, layer, ssm) if ssm else None
        # Columns: the kept heads, then the SSM heads.
        columns = len(kept) * config.head_dim + ssm * config.ssm_head_dim
        self.o_proj = nn.Linear(columns, config.hidden_size, bias=False)
        adapts = config.join == "adapter" and kept
        self.adapter = nn.Linear(config.hidden_size, config.hidden_size) if adapts else None
        self.input_layernorm = RmsNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = RmsNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = Mlp(config)

    def join(self, attention, ssm):
        """Both kinds of head [b, t, heads * P], None where the layer has none, as one output [b, t, d]."""
        if self.adapter is None:
            return self.o_proj(torch.cat([heads for heads in (attention, ssm) if heads is not None], dim=2))
        of_attention, of_ssm = self.o_proj.weight.split([attention.shape[2], ssm.shape[2]], dim=1)
        s = F.linear(ssm, of_ssm).float()
        t = match_statistics(F.linear(attention, of_attention).float(), s)
        return ((s + self.adapter(t.to(ssm.dtype))) * 0.5).to(ssm.dtype)

    def forward(self, x, rope, mask, real, cache):
        u = self.input_layernorm(x)
        attention = self.attention(u, rope, mask, cache) if self.attention is not None else None
        ssm = self.ssm(u, real, cache) if self.ssm is not None else None
        x = x + self.join(attention, ssm)
        return x + self.mlp(self.post_attention_layernorm(x))


class RadHybridPreTrainedModel(PreTrainedModel):
    config_class = RadHybridConfig
    base_model_prefix = "model"
    _no_split_modules = ["HybridLayer"]
    _is_stateful = True  # a state cannot be taken back by some tokens

    @classmethod
    def _supports_default_dynamic_cache(cls):
        return False


class RadHybridModel(RadHybridPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(HybridLayer(config, layer) for layer in range(config.num_hidden_layers))
        self.norm = RmsNorm(config.hidden_size, config.rms_norm_eps)
        self.post_init()

    def forward(self, input_ids=None, inputs_embeds=None, attention_mask=None, position_ids=None, cache=None):
        """The residual stream after the final norm, [b, t, d]. attention_mask [b, tokens seen and fed] of 0 and 1."""
        x = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        tokens, seen = x.shape[1], cache.seen_tokens if cache is not None else 0
        if position_ids is None:
            position_ids = torch.arange(seen, seen + tokens, device=x.device)[None]
        mask = torch.ones(tokens, seen + tokens, dtype=torch.bool, device=x.device).tril(seen)[None, None]
        real = None
        if attention_mask is not None and not attention_mask.bool().all():
            # A padding token sees itself: a softmax over nothing is no number.
            itself = torch.zeros_like(mask).diagonal_scatter(torch.ones(1, 1, tokens, dtype=torch.bool), seen, 2, 3)
            mask = mask & (attention_mask.bool()[:, None, None, :] | itself.to(x.device))
            real = attention_mask[:, -tokens:, None].float()
        rope = rope_angles(self.config, position_ids)
        for layer in self.layers:
            x = layer(x, rope, mask, real, cache)
        if cache is not None:
            cache.seen_tokens += tokens
        return self.norm(x)


class RadHybridForCausalLM(RadHybridPreTrainedModel, GenerationMixin):
    _tied_weights_keys = {"lm_head.weight": "model.embed_tokens.weight"}

    def __init__(self, config):
        super().__init__(config)
        self.model = RadHybridModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.model.embed_tokens

    def get_output_embeddings(self):
        return self.lm_head

    def forward(self, input_ids=None, inputs_embeds=None, attention_mask=None, position_ids=None, past_key_values=None,
                labels=None, use_cache=None, logits_to_keep=0, **kwargs):
        if use_cache and past_key_values is None:
            past_key_values = RadHybridCache(self.config.num_hidden_layers)
        hidden = self.model(input_ids, inputs_embeds, attention_mask, position_ids, past_key_values)
        logits = self.lm_head(hidden[:, -logits_to_keep:] if logits_to_keep else hidden)
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits[:, :-1].flatten(0, 1).float(), labels[:, 1:].flatten())
        return CausalLMOutputWithPast(loss=loss, logits=logits, past_key_values=past_key_values)
