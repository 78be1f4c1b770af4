// queue_tables.h: queues, and why a job waits in one, as text.
#pragma once

#include <string>

#include "coordinator/cli/view/table.h"
#include "rad/v1/service.pb.h"

namespace rad::cli {

Table QueuesTable(const v1::ListQueuesResponse& queues);
// "quota 4, borrows".
std::string DescribeQueue(const v1::Queue& queue);
// What `job explain` prints.
std::string DescribeExplanation(const v1::Explanation& explanation);

}  // namespace rad::cli
