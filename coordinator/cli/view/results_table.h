// results_table.h: what a distillation achieved: teacher and students side by side.
#pragma once

#include "coordinator/cli/view/table.h"
#include "rad/v1/service.pb.h"

namespace rad::cli {

// Quality: kept heads, N, tokens, minutes, retrieval accuracy with its 95% interval, coverage, perplexity,
// KL.
Table ResultsTable(const v1::JobStatus& status);

// Bytes of decoding memory at each context length measured, and their share of the teacher's. A '!' marks
// bytes measured from the cache that differ from the formula's.
Table DecodingMemoryTable(const v1::JobStatus& status);

// Accuracy with its 95% interval in each task, for teacher and students.
Table TasksTable(const v1::JobStatus& status);

// The tables (of tasks only where more than one accuracy was measured), and which heads each student keeps.
std::string ResultsText(const v1::JobStatus& status);

// "78.1% [70.2, 84.4]", with the 95% interval; "-" without examples
std::string ShowAccuracy(const v1::TaskAccuracy& task);

// "16.0 18.6 1.0", "none"
std::string ShowHeads(const google::protobuf::RepeatedPtrField<v1::Head>& heads);

}  // namespace rad::cli
