// commands.h: the commands, one function a noun; each adds its parsers.
#pragma once

#include "coordinator/cli/commands/session.h"

namespace rad::cli {

void AddRunCommand(CLI::App& app, Session& session);
void AddJobCommands(CLI::App& app, Session& session);
void AddSweepCommands(CLI::App& app, Session& session);
void AddScoresCommands(CLI::App& app, Session& session);
void AddCheckpointCommands(CLI::App& app, Session& session);
void AddQueueCommands(CLI::App& app, Session& session);
void AddWorkerCommands(CLI::App& app, Session& session);
void AddBackupCommands(CLI::App& app, Session& session);
void AddVersionCommand(CLI::App& app, Session& session);

// Of `job`.
void AddJobSubmit(CLI::App& job, Session& session);
void AddJobPlan(CLI::App& job, Session& session);
void AddJobList(CLI::App& job, Session& session);
void AddJobDescribe(CLI::App& job, Session& session);
void AddJobExplain(CLI::App& job, Session& session);
void AddJobWatch(CLI::App& job, Session& session);  // and wait
void AddJobCancel(CLI::App& job, Session& session);
void AddJobLogs(CLI::App& job, Session& session);

// Of `worker`.
void AddWorkerDrain(CLI::App& worker, Session& session);  // and undrain

// Of `sweep`.
void AddSweepViews(CLI::App& sweep, Session& session);     // list, describe, best, export
void AddSweepControls(CLI::App& sweep, Session& session);  // watch, pause, resume, retry, cancel

}  // namespace rad::cli
