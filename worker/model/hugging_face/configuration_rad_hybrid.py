"""What a hybrid student is, apart from its weights: config.json as rad wrote it."""
from transformers import PretrainedConfig


class RadHybridConfig(PretrainedConfig):
    """teacher: the configuration of the Transformer the student came from, as Hugging Face writes it.
    kept_heads: [layer, head] of each attention head that was kept; every other head is an SSM head of state_dim.
    join: "replace"; with "adapter" and "sum" the kept heads have SSM heads beside them.
    rope_factors: head_dim / 2 divisors of the rotary frequencies; None: 1."""

    model_type = "rad_hybrid"

    def __init__(self, teacher=None, state_dim=1, kept_heads=(), qkv_bias=False, rope_factors=None, teacher_digest="",
                 join="replace", **kwargs):
        self.teacher = dict(teacher or {})
        self.state_dim = state_dim
        self.kept_heads = [list(head) for head in kept_heads]
        self.qkv_bias = qkv_bias
        self.rope_factors = rope_factors
        self.teacher_digest = teacher_digest
        self.join = join
        # The names by which others look for a model's shape.
        for name in ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
                     "head_dim", "intermediate_size", "max_position_embeddings", "rms_norm_eps"):
            kwargs.pop(name, None)
            setattr(self, name, self.teacher.get(name))
        kwargs["tie_word_embeddings"] = self.teacher.get("tie_word_embeddings", False)
        super().__init__(**kwargs)

    def kept_in(self, layer):
        """The attention heads of one layer, ascending."""
        return sorted(head for at, head in self.kept_heads if at == layer)
