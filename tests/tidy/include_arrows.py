"""Which folder may include which, and that no translation unit sees both LibTorch and protobuf.

violations(root) reads every C++ file below the product's folders as text and returns one line a violation.
"""
import pathlib
import re

# Longest prefix wins. Each folder may include itself and the folders named.
ARROWS = {
    "kernels": [],
    "storage": [],
    "coordinator": ["storage", "proto"],
    "coordinator/cli": ["proto"],
    "worker": [],
    "worker/wire": ["proto"],
    "worker/agent": ["worker/wire", "proto"],
    "worker/text": ["worker/model"],
    "worker/model": ["worker", "worker/text", "kernels"],
    "worker/data": ["worker", "worker/text", "worker/model", "worker/ablation"],
    "worker/ablation": ["worker", "worker/text", "worker/model", "kernels"],
    "worker/parallel": ["worker", "worker/device"],
    "worker/distill": ["worker", "worker/parallel", "worker/text", "worker/model", "worker/data", "worker/ablation", "kernels"],
    "worker/eval": ["worker", "worker/text", "worker/model", "worker/data", "worker/ablation", "kernels"],
    "worker/device": [],
    "worker/tools": ["worker", "worker/text", "worker/data", "worker/model", "worker/ablation", "worker/device",
                     "worker/distill", "worker/parallel", "worker/tasks", "kernels"],
    "worker/wire": ["proto"],
    "worker/tasks": ["worker", "worker/model", "worker/data", "worker/ablation", "worker/distill", "worker/eval",
                     "worker/wire", "proto"],
}
TORCH_FOLDERS = {"worker/model", "worker/ablation", "worker/device", "worker/distill", "worker/eval", "worker/parallel",
                 "worker/tools"}
PRODUCT = ["kernels", "storage", "coordinator", "worker", "proto"]

# Knows nothing and may be used everywhere.
SHARED = {"proto/failpoint.h"}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def is_torch(name):
    return name.startswith(("ATen/", "torch/", "c10/"))


def is_protobuf(name):
    return name.startswith(("google/protobuf/", "google/rpc/", "grpc", "rad/v1/"))


def folder_of(path):
    parents = [str(parent) for parent in pathlib.PurePosixPath(path).parents]
    return next((parent for parent in parents if parent in ARROWS), parents[0])


def project_target(name):
    """The project folder an include leads to, or None for the outside world."""
    if name.startswith("rad/v1/") or name.startswith("proto/"):
        return "proto"
    return folder_of(name) if name.split("/")[0] in PRODUCT else None


def read_includes(root):
    files = {}
    for part in PRODUCT:
        for path in sorted((root / part).rglob("*")):
            if path.suffix in {".h", ".cc", ".cu", ".cuh"}:
                files[path.relative_to(root).as_posix()] = INCLUDE.findall(path.read_text())
    return files


def reached(start, files):
    """Every include that `start` sees, through the project's own headers."""
    seen, queue = set(), [start]
    while queue:
        for name in files.get(queue.pop(), []):
            if name not in seen:
                seen.add(name)
                queue.append(name)
    return seen


def violations(root):
    files = read_includes(pathlib.Path(root))
    found = []
    for path, includes in files.items():
        folder = folder_of(path)
        for name in includes:
            target = project_target(name)
            if name not in SHARED and target and target != folder and target not in ARROWS.get(folder, []):
                found.append(f"{path}: {folder} may not include {name}")
        seen = reached(path, files)
        torch = sorted(name for name in seen if is_torch(name))
        protobuf = sorted(name for name in seen if is_protobuf(name))
        if torch and protobuf:
            found.append(f"{path}: sees both LibTorch ({torch[0]}) and protobuf ({protobuf[0]})")
        if torch and folder not in TORCH_FOLDERS:
            found.append(f"{path}: {folder} may not see LibTorch ({torch[0]})")
    return found
