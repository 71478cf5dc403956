// Python classes of layers that PyTorch lacks, or whose forward there takes other inputs. Their
// state dicts are those of inkgrad's layers.

/** Source of each class by its name. */
export const PYTHON_CLASSES: Readonly<Record<string, string>> = {
  RMSNorm: `class RMSNorm(nn.Module):
    """Divides by the root mean square over the last axes (torch.nn.RMSNorm of PyTorch 2.4)."""

    def __init__(self, normalized_shape, eps):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(normalized_shape))

    def forward(self, x):
        axes = tuple(range(-self.weight.dim(), 0))
        return x * torch.rsqrt(x.square().mean(axes, keepdim=True) + self.eps) * self.weight
`,
  PositionalEncoding: `class PositionalEncoding(nn.Module):
    """Adds the sinusoidal encoding of its position to every element of a sequence."""

    def __init__(self, embed_dim, max_length, batch_first=False):
        super().__init__()
        self.batch_first = batch_first
        rates = 10000 ** (-torch.arange(0, embed_dim, 2, dtype=torch.float64) / embed_dim)
        angles = torch.arange(max_length)[:, None] * rates
        encoding = torch.stack((angles.sin(), angles.cos()), dim=2).flatten(1)[:, :embed_dim]
        self.register_buffer("encoding", encoding.float().contiguous())

    def forward(self, x):
        if self.batch_first:
            return x + self.encoding[: x.shape[1]]
        return x + self.encoding[: x.shape[0], None]
`,
  SelfAttention: `class SelfAttention(nn.MultiheadAttention):
    """Multi-head attention of a sequence to itself."""

    def forward(self, x):
        return super().forward(x, x, x, need_weights=False)[0]
`,
  CausalTransformerEncoderLayer: `class CausalTransformerEncoderLayer(nn.TransformerEncoderLayer):
    """A transformer block in which no position attends to later ones."""

    def forward(self, x):
        length = x.shape[1 if self.self_attn.batch_first else 0]
        mask = torch.full((length, length), float("-inf"), device=x.device).triu(1)
        return super().forward(x, src_mask=mask)
`,
};

/** The classes that a piece of code uses. */
export function classesIn(code: string): string[] {
  return Object.entries(PYTHON_CLASSES)
    .filter(([name]) => new RegExp(`(?<![.\\w])${name}\\(`).test(code))
    .map(([, source]) => source);
}
