#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/exit_codes.h"
#include "coordinator/cli/view/message_json.h"
#include "coordinator/cli/view/queue_tables.h"

namespace rad::cli {
namespace {

struct ListOptions {
  std::string output;
};

struct PutOptions {
  std::string name;
  std::optional<std::uint32_t> quota;
  bool no_borrow = false;
};

struct DeleteOptions {
  std::string name;
};

absl::StatusOr<int> List(Session& session, const ListOptions& options) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  auto queues = client->Call(&Jobs::ListQueues, v1::ListQueuesRequest());
  if (!queues.ok()) return queues.status();
  std::ostream& out = session.console.out;
  const auto json = ToJson(*queues, EmptyFields::kKeep)["queues"];
  if (options.output == "json") {
    out << json.dump(2) << "\n";
  } else if (options.output == "yaml") {
    out << ToYaml(json);
  } else {
    const Table table = QueuesTable(*queues);
    out << (options.output == "csv" ? table.ToCsv() : table.ToText());
  }
  return kExitOk;
}

absl::StatusOr<int> Put(Session& session, const PutOptions& options) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  v1::Queue queue;
  queue.set_name(options.name);
  if (options.quota) queue.set_quota(*options.quota);
  queue.set_borrow(!options.no_borrow);
  auto put = client->Call(&Jobs::PutQueue, queue);
  if (!put.ok()) return put.status();
  session.console.out << "queue " << put->name() << ": " << DescribeQueue(*put) << "\n";
  return kExitOk;
}

absl::StatusOr<int> Delete(Session& session, const DeleteOptions& options) {
  auto client = session.Connect();
  if (!client.ok()) return client.status();
  v1::DeleteQueueRequest request;
  request.set_name(options.name);
  auto deleted = client->Call(&Jobs::DeleteQueue, request);
  if (!deleted.ok()) return deleted.status();
  session.console.out << "queue " << options.name << " deleted\n";
  return kExitOk;
}

}  // namespace

void AddQueueCommands(CLI::App& app, Session& session) {
  CLI::App* queue = app.add_subcommand("queue", "Queues that share the workers: list, put, delete");
  queue->require_subcommand(1);
  AddCommand<ListOptions>(*queue, session, "list", "Each queue's quota, and what it holds", List,
                          [](CLI::App& command, ListOptions& options) {
                            AddOutputFlag(command, options.output, {"table", "json", "yaml", "csv"});
                          });
  AddCommand<PutOptions>(
      *queue, session, "put", "Makes a queue, or changes all its settings; jobs name it in spec.queue", Put,
      [](CLI::App& command, PutOptions& options) {
        command.add_option("name", options.name, "Of the queue")->required()->type_name("NAME");
        command
            .add_option("--quota", options.quota,
                        "Workers that its jobs may always have: lent to others while unused, taken back when "
                        "needed; without it the queue has only what others leave")
            ->type_name("WORKERS");
        command.add_flag("--no-borrow", options.no_borrow,
                         "Never more than the quota, even if others are idle");
      });
  AddCommand<DeleteOptions>(
      *queue, session, "delete", "Deletes a queue that no unfinished job is in", Delete,
      [](CLI::App& command, DeleteOptions& options) {
        command.add_option("name", options.name, "Of the queue")->required()->type_name("NAME");
      });
}

}  // namespace rad::cli
