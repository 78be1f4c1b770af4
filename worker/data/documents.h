// documents.h: the text files of a DataSpec, divided into what training sees and what it never does. No
// torch.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/data_spec.h"
#include "worker/text/text_files.h"

namespace rad {

using Document = TextFile;

struct DocumentSplit {
  std::vector<Document> train;  // each sorted by path
  std::vector<Document> held_out;
};

// Which documents are held out depends on their contents, the share and the seed, not on where the files lie,
// so that workers with different folders agree. Blank files are passed over. With a share above 0, both sides
// get at least one document. An empty spec.text gives an empty split.
// INVALID_ARGUMENT names the field: a glob that matches nothing, only blank files, one document but a
// held-out share, more text than kMaxTextBytes.
absl::StatusOr<DocumentSplit> ReadDocuments(const DataSpec& spec);

}  // namespace rad
