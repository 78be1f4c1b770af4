#include "worker/tasks/run_task.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "worker/tasks/work.h"
#include "worker/tools/tools.h"

namespace rad {

int RunTaskTool(int argc, char** argv) {
  RunTaskOptions options;
  CLI::App app("Runs one attempt at a task for the agent that started this process.",
               "rad-executor run-task");
  app.add_option("--folder", options.folder, "the attempt's folder, with task.pb")->required();
  app.add_option("--data-dir", options.data_folder, "the worker's folder")->required();
  app.add_option("--coordinator", options.coordinator, "HOST:PORT")->required();
  app.add_option("--report-fd", options.report_fd, "descriptor to report on")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const int exit_code = RunTask(options, DoWork);
  // The report is out: what the libraries' threads and globals do while they are torn down must not matter.
  std::cout.flush();
  _exit(exit_code);
}

}  // namespace rad
