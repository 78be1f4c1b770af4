"""The tree's own rules, checked on the tree, and checked to be able to fail."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from include_arrows import PRODUCT, violations

ROOT = pathlib.Path(__file__).resolve().parents[2]


class IncludeArrows(unittest.TestCase):
    def plant(self, files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for path, text in files.items():
            file = pathlib.Path(folder.name) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return violations(folder.name)

    def test_the_tree_keeps_them(self):
        self.assertEqual(violations(ROOT), [])

    def test_a_forbidden_arrow_is_found(self):
        found = self.plant({"storage/a.cc": '#include "coordinator/b.h"\n'})
        self.assertEqual(found, ["storage/a.cc: storage may not include coordinator/b.h"])

    def test_torch_and_protobuf_meeting_through_a_header_are_found(self):
        found = self.plant({
            "worker/model/t.h": "#include <ATen/ATen.h>\n",
            "worker/tasks/x.cc": '#include "worker/model/t.h"\n#include "rad/v1/plan.pb.h"\n',
        })
        self.assertEqual(len(found), 2)
        self.assertIn("sees both LibTorch", found[0])

    def test_torch_in_the_agent_is_found(self):
        self.assertEqual(len(self.plant({"worker/agent/a.cc": "#include <torch/types.h>\n"})), 1)


class Style(unittest.TestCase):
    def test_clang_format_has_nothing_to_change(self):
        tool = shutil.which("clang-format")
        if not tool:
            self.skipTest("clang-format is not installed")
        files = [str(path) for part in PRODUCT + ["tests"] for path in (ROOT / part).rglob("*")
                 if path.suffix in {".h", ".cc", ".cu", ".cuh"}]
        run = subprocess.run([tool, "--dry-run", *files], capture_output=True, text=True, cwd=ROOT, check=False)
        self.assertEqual(run.stderr, "")


if __name__ == "__main__":
    unittest.main()
