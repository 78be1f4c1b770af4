#include "worker/distill/join_student.h"

#include "worker/distill/start_adapter.h"

namespace rad {

HybridStudent JoinStudent(const Transformer& teacher, const StudentIdentity& identity,
                          std::span<const Mamba2Weights> heads, const BatchTensors& calibration) {
  HybridStudent student{WithoutAttention(teacher), identity.ssm, identity.join};
  const std::vector<std::vector<int>> kept = KeptByLayer(teacher.config, identity.kept);
  for (std::size_t layer = 0; layer < kept.size(); ++layer) {
    student.layers.push_back(MakeHybridLayer(teacher.config, teacher.layers[layer].attention, kept[layer],
                                             identity.join, heads[layer]));
  }
  if (identity.join != Join::kAdapter || identity.kept.empty()) return student;
  WalkTeacher(teacher, calibration, [&](const LayerView& view) {
    HybridLayer& layer = student.layers[static_cast<std::size_t>(view.layer)];
    if (layer.adapter.defined()) StartAdapter(teacher.config, view, calibration.document, layer);
  });
  return student;
}

}  // namespace rad
