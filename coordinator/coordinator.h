// coordinator.h: the coordinator's state and its rules of change; gRPC stands outside of it. Every change of
// a job is worked out on a copy by the pure functions (planner, attempts, scheduler), written to the store in
// one synced batch, and only then taken over and acted upon: after a failed write, memory and disk still
// agree. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/artifact_catalog.h"
#include "coordinator/clock.h"
#include "coordinator/job_status.h"
#include "coordinator/job_store.h"
#include "coordinator/live_state.h"
#include "coordinator/metrics.h"
#include "coordinator/metrics_snapshot.h"
#include "coordinator/preemption.h"
#include "coordinator/store_knowledge.h"
#include "coordinator/task_attempts.h"
#include "rad/v1/sweep.pb.h"
#include "rad/v1/worker.pb.h"

namespace rad {

// A change that a user asks for, told apart from others so that it may be sent again.
struct RequestMark {
  std::string id;      // empty: not to be told apart
  std::string sha256;  // of all that was asked
};

struct CoordinatorOptions {
  absl::Duration lease = absl::Seconds(10);
};

class Coordinator {
 public:
  Coordinator(JobStore& store, ArtifactCatalog& catalog, const Clock& clock, CoordinatorMetrics& metrics,
              CoordinatorOptions options);

  // Takes up the jobs of an earlier life; call once, before anything else. Tasks that were running wait one
  // lease for a worker that still runs them, then are tried again.
  absl::Status Recover();
  // Expires leases, ends back-offs, hands out tasks, drops what finished tasks left. Call it a few times a
  // second.
  void Tick();
  // Ends every session and every wait with UNAVAILABLE, and takes no more of what workers say. Nothing that
  // runs is given up.
  void Stop();

  // --- for users (coordinator_jobs.cc). Jobs given here are defaulted and valid. ---
  // A request that comes again changes nothing and returns the job of the first time; another one under its
  // id is ALREADY_EXISTS.
  absl::StatusOr<v1::JobStatus> Submit(const RequestMark& request, const v1::Job& job);
  absl::StatusOr<v1::PlanResponse> Plan(const v1::Job& job);
  absl::StatusOr<v1::JobStatus> Get(const std::string& name);
  absl::StatusOr<v1::ListResponse> List(const v1::ListRequest& request);
  // FAILED_PRECONDITION when the job has ended otherwise; cancelling twice is fine.
  absl::StatusOr<v1::JobStatus> Cancel(const RequestMark& request, const std::string& name);
  absl::StatusOr<v1::Ranked> Scores(const std::string& name);
  v1::ListWorkersResponse ListWorkers();
  // An id, a unique prefix of one, or a job's name (the newest): its id. NOT_FOUND; INVALID_ARGUMENT when
  // ambiguous.
  absl::StatusOr<std::string> ResolveJob(const std::string& name);

  struct EventPage {
    std::vector<v1::Event> events;
    bool ended = false;  // the job has ended and these are its last events
  };
  // Events after `sequence`; waits up to `timeout` (wall time) for one. Where some of them were dropped, as
  // an ended job keeps but its last ones, an event in their place says so.
  absl::StatusOr<EventPage> WaitEvents(const std::string& job_id, std::uint64_t sequence,
                                       absl::Duration timeout);

  struct LogPage {
    std::vector<v1::LogLine> lines;
    std::uint64_t next_number = 0;  // read on from here
    bool ended = false;
  };
  absl::StatusOr<LogPage> WaitLog(const std::string& job_id, std::uint64_t from_number,
                                  absl::Duration timeout);

  // --- sweeps (coordinator_sweeps.cc). Those given here are defaulted and valid. ---
  absl::StatusOr<v1::SweepStatus> SubmitSweep(const RequestMark& request, const v1::Sweep& sweep);
  // What SubmitSweep would make.
  v1::SweepStatus PreviewSweep(const v1::Sweep& sweep) const;
  absl::StatusOr<v1::SweepStatus> GetSweep(const std::string& name, v1::Metric metric);
  v1::ListSweepsResponse ListSweeps();
  absl::StatusOr<v1::SweepStatus> ControlSweep(const RequestMark& request, const std::string& name,
                                               v1::ControlSweepRequest::Action action);

  // --- queues, drains, reasons (coordinator_queues.cc), as in service.proto ---
  std::set<std::string> QueueNames();
  v1::ListQueuesResponse ListQueues();
  absl::StatusOr<v1::Queue> PutQueue(const v1::Queue& queue);  // a valid one
  absl::StatusOr<v1::DeleteQueueResponse> DeleteQueue(const std::string& name);
  absl::StatusOr<v1::WorkerStatus> DrainWorker(const v1::DrainWorkerRequest& request);
  absl::StatusOr<v1::Explanation> Explain(const std::string& name);

  // --- for workers (coordinator_workers.cc) ---
  absl::StatusOr<v1::RegisterResponse> Register(const v1::RegisterRequest& request);
  // NOT_FOUND: register (again) first. A later session replaces an earlier one.
  absl::Status Attach(const std::string& worker_id, std::shared_ptr<DirectiveSink> sink);
  // The session is over; `departed`: the worker said good-bye, so its tasks need not wait for the lease.
  void Detach(const std::string& worker_id, const DirectiveSink* sink, bool departed);
  // NOT_FOUND: the lease ran out; register again. ABORTED: another session took this one's place. What it
  // still held is not taken, as an answer to it would pass for one to the other's words.
  absl::Status Receive(const v1::WorkerMessage& message, const DirectiveSink* session);

  // --- what becomes of artifacts (coordinator_artifacts.cc) ---
  // The task that may write them. FAILED_PRECONDITION, and counted, when the fence is not that of rank 0 of a
  // running attempt.
  absl::StatusOr<v1::Task> CheckFence(const v1::Fence& fence);
  // Says in the job's events that its checkpoints are refused (RESOURCE_EXHAUSTED), once until they are taken
  // again. One that is taken clears the task of having ended workers before.
  void NoteCheckpoint(const v1::Fence& fence, std::uint64_t step, const absl::Status& committed);
  // Says so in the events of the jobs whose artifacts these are.
  void NoteDamage(const std::string& sha256, const std::vector<v1::Manifest>& artifacts);

  // --- for the ranks of a gang (coordinator_rendezvous.cc), as in rendezvous.proto ---
  absl::Status SetKey(const v1::Fence& fence, const std::string& key, const std::string& value);
  absl::StatusOr<std::vector<std::string>> GetKeys(const v1::Fence& fence,
                                                   const std::vector<std::string>& keys,
                                                   absl::Duration timeout);
  absl::StatusOr<std::int64_t> AddToKey(const v1::Fence& fence, const std::string& key, std::int64_t amount);
  absl::StatusOr<bool> DeleteKey(const v1::Fence& fence, const std::string& key);

  MetricsSnapshot TakeSnapshot();

 private:
  // What a job becomes.
  struct Step {
    v1::JobRecord record;
    PlanOutcome outcome;
    std::optional<v1::SweepPoint> row;  // of its sweep's ledger; set by Stage
  };
  // A step with the write that it is part of.
  struct Update : Step {
    explicit Update(JobStore::Change change) : change(std::move(change)) {}
    JobStore::Change change;
  };

  PlanInput InputNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::int64_t NowMillis() const { return absl::ToUnixMillis(clock_.Wall()); }

  // Plans and stores a new job, together with what is in `change` already. Ids and order are given here.
  absl::StatusOr<LiveJob*> CreateJob(v1::JobRecord record, JobStore::Change change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::uint64_t NextOrder() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Of a job that has not ended.
  absl::Status StopJob(LiveJob& job, JobStore::Change change, v1::State state, const std::string& reason)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Writes the update; then takes it over, tells watchers and stops tasks that are no longer wanted.
  absl::Status Apply(LiveJob& job, Update update) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The two halves of that: what goes into the write, and what follows it.
  absl::Status Stage(const LiveJob& job, Step& step, JobStore::Change& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Follow(LiveJob& job, Step step) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Of the attempts that run in `before` and no longer in `after`.
  void AddRunSeconds(const v1::JobRecord& before, v1::JobRecord& after) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeOver(LiveJob& job, v1::JobRecord record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SyncTasks(const v1::JobRecord& before, const v1::JobRecord& after)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StopTask(const v1::Task& task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountEndings(const v1::JobRecord& before, const v1::JobRecord& after)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // An event of the job; nothing else changes.
  void Note(LiveJob& job, const PlanNote& note) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Changed(LiveJob& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::Event MakeEvent(const v1::JobRecord& record, const Waiting& waiting, const PlanNote& note,
                      std::uint64_t sequence) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::uint64_t> NextSequence() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PublishProgress(LiveJob& job, const std::string& stage) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  v1::JobStatus StatusOf(const v1::JobRecord& record, const Waiting& waiting)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  LiveJob* FindJob(absl::string_view job_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static absl::Status Stopping();
  absl::StatusOr<LiveJob*> Resolve(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The job of this request when it came before; nullptr when it is new.
  absl::StatusOr<LiveJob*> JobOfRequest(const RequestMark& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The id of the job or sweep of this request when it came before.
  absl::StatusOr<std::optional<std::string>> IdOfRequest(const RequestMark& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Remember(const RequestMark& request, const std::string& id, JobStore::Change& change);
  // Waits until the job's version is not `seen` or the timeout passes. UNAVAILABLE once the coordinator
  // stops.
  absl::Status AwaitChange(const std::string& job_id, std::uint64_t seen, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The running task of this fence; empty, and counted when `count`, when it is stale.
  struct Located {
    LiveJob* job = nullptr;
    TaskPlace place;
    explicit operator bool() const { return job != nullptr; }
  };
  Located Locate(const v1::Fence& fence) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The task got beyond where its workers vanished: that was not its doing.
  void ClearSuspicion(Located located) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status StaleFence(const v1::Fence& fence);
  // nullptr when the fence is stale or names no rank of its gang.
  Seat* FindSeat(const v1::Fence& fence) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether this worker is to be running what it is assigned.
  bool IsSeated(const LiveWorker& worker) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<LiveTask*> Meeting(const v1::Fence& fence) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::StatusOr<LiveWorker*> FindLiveWorker(const std::string& worker_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The watch over the attempt whose rank 0 this worker runs; nullptr: none.
  HangWatch* WatchOf(const LiveWorker& worker) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReceiveHeartbeat(LiveWorker& worker, const v1::Heartbeat& heartbeat)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReceiveRunning(LiveWorker& worker, const v1::Fence& fence) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReceiveNotRunning(LiveWorker& worker) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReceiveProgress(const v1::TaskProgress& progress) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReceiveFinished(LiveWorker& worker, const v1::TaskFinished& finished)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeFinished(Located located, const v1::TaskFinished& finished)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Of one rank: the attempt goes on.
  void EndRank(const v1::TaskFinished& finished) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeResult(Located located, const v1::TaskResult& result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Into the table in memory, and the rows of the heads that were asked for into `change`.
  void StoreScores(const v1::Work& work, const v1::HeadScores& scores, JobStore::Change& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeFailure(Located located, const v1::TaskFailure& failure)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeRetry(LiveJob& job, Update update, const std::string& task_id,
                         const RetryDecision& decision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The attempt ended without a result: what EndAttempt says becomes of it.
  absl::Status TakeEnd(Located located, const AttemptEnd& end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReceiveLog(const v1::TaskLog& log) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExpireLeases() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The running tasks for which `why` gives a reason, and the reasons.
  std::vector<std::pair<v1::Fence, std::string>> TasksThat(
      const std::function<std::string(const LiveTask&)>& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Ends those.
  void EndTasks(FailureKind kind, const std::function<std::string(const LiveTask&)>& why)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LoseTasksOfGoneWorkers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExpireAdoptions() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExpireBrokenGangs() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Stops the attempts that no longer get on, which counts as their failure.
  void ExpireHangs() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // `suspect`: what it ran may be what ended it.
  void LoseWorker(LiveWorker& worker, absl::string_view why, bool suspect)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetLongLost() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Something changed that scheduling looks at.
  void Reschedule() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Runs a pass if there is anything to decide; where passes take long, they are Tick's alone, so that no
  // caller waits for one.
  void Dispatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RunPassIfDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RunPass() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  SchedulerView MakeView() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // After each change of the job's record, or of what is known of its waiting tasks.
  void KeepReady(LiveJob& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  RunningTask RunningView(const std::string& task_id, LiveTask& live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Into the lists of those that have not ended, or out of them.
  void Enlist(LiveJob& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Publishes why each job waits, where that has changed.
  void TellReasons(const SchedulerView& view, const Schedule& schedule) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Asks a running task to make room.
  void Preempt(const Preemption& preemption) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // It made room, or is stopped now: it waits for its turn again.
  absl::Status TakePreempted(Located located, const std::string& how) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ExpirePreemptions() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Fails the jobs whose tasks have run for longer than they may.
  void ExpireRunTimes() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Of a running task, so far.
  double SecondsOf(const std::string& task_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // When the running attempt started, on the monotonic clock, by what the record says of the wall clock.
  absl::Duration StartOf(const v1::TaskRecord& task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // After a restart some rank of it is still to be brought back by a worker.
  static bool AwaitsAdoption(const LiveTask& live);
  // Sends the directive that `fill` completes with the fence to all workers that run this attempt.
  void Direct(const v1::Task& task, const std::function<v1::Fence*(v1::Directive&)>& fill)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Starts the first of them, all in one write.
  void Assign(const std::vector<Assignment>& assignments) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StartTask(const Assignment& assignment, Step& step) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GiveTask(const Assignment& assignment) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Unassign(const Assignment& assignment) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Give(LiveWorker& worker, const v1::Task& task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsKnown(LiveJob& job, const ReadyTask& task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeKnownResults() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeKnownResults(LiveJob& job, const std::vector<std::string>& known)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Status RecoverQueues() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A job or sweep in the queue that has not ended; empty: none.
  std::string UserOfQueue(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsDraining(const LiveWorker& worker) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::set<std::string>> DrainKeys(const v1::DrainWorkerRequest& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::WorkerStatus WorkerStatusOf(const LiveWorker& worker) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Status RecoverSweeps() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  LiveSweep* FindSweep(absl::string_view sweep_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<LiveSweep*> ResolveSweep(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The ledger's row of a point whose job ends with `record`; absent when this ends no sweep's job.
  std::optional<v1::SweepPoint> RowAfter(const v1::JobRecord& before, const v1::JobRecord& record)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the next step of every sweep; whether anything was done.
  bool AdvanceSweeps() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<bool> AdvanceSweep(LiveSweep& sweep) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status StartPoint(LiveSweep& sweep, std::uint32_t number, std::uint32_t rung)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Writes the record and these rows, then takes them over.
  absl::Status ApplySweep(LiveSweep& sweep, v1::SweepRecord record, const std::vector<v1::SweepPoint>& rows,
                          JobStore::Change change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::uint32_t LiveWorkerCount() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  JobStore& store_;
  ArtifactCatalog& catalog_;
  const Clock& clock_;
  CoordinatorMetrics& metrics_;
  const CoordinatorOptions options_;

  absl::Mutex mutex_;
  absl::CondVar rendezvous_changed_;
  StoreKnowledge knowledge_ ABSL_GUARDED_BY(mutex_);
  std::map<std::uint64_t, LiveJob> jobs_ ABSL_GUARDED_BY(mutex_);  // by order of submission
  std::map<std::string, std::uint64_t, std::less<>> order_of_ ABSL_GUARDED_BY(mutex_);  // by job id
  std::map<std::uint64_t, LiveJob*> open_jobs_ ABSL_GUARDED_BY(mutex_);  // those of jobs_ that have not ended
  std::map<std::uint64_t, LiveJob*> limited_jobs_
      ABSL_GUARDED_BY(mutex_);                                         // of these, which may not run long
  std::map<std::uint64_t, LiveSweep> sweeps_ ABSL_GUARDED_BY(mutex_);  // by order of submission
  std::map<std::string, v1::Queue> queues_ ABSL_GUARDED_BY(mutex_);    // those with settings, by name
  std::set<std::string> drains_ ABSL_GUARDED_BY(mutex_);  // names and incarnations of workers given nothing
  std::unordered_map<std::string, LiveTask> tasks_ ABSL_GUARDED_BY(mutex_);  // unfinished ones, by id
  std::map<std::string, LiveTask*> running_ ABSL_GUARDED_BY(mutex_);         // those of them that run
  std::map<std::string, LiveWorker> workers_ ABSL_GUARDED_BY(mutex_);        // by id
  std::uint64_t workers_registered_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t lives_ ABSL_GUARDED_BY(mutex_) = 0;  // starts of the coordinator: makes worker ids unique
  std::uint64_t epoch_floor_ ABSL_GUARDED_BY(mutex_) = 0;  // attempts from before a restore have lower epochs
  std::uint64_t next_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t reserved_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> finished_digests_ ABSL_GUARDED_BY(mutex_);  // their checkpoints may go
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // What decides when the next pass is due.
  bool stale_ ABSL_GUARDED_BY(mutex_) = true;          // the last pass saw another state than today's
  bool unfinished_ ABSL_GUARDED_BY(mutex_) = false;    // this pass left something to the next
  absl::Duration pass_due_ ABSL_GUARDED_BY(mutex_);    // time alone may have changed what it would decide
  bool long_queue_ ABSL_GUARDED_BY(mutex_) = false;    // passes take long
  absl::Duration rest_until_ ABSL_GUARDED_BY(mutex_);  // others are to get their turn
  // Digests of results and keys of scores which no pass has looked for among waiting tasks yet.
  std::set<std::string> found_ ABSL_GUARDED_BY(mutex_);
  bool ask_for_all_ ABSL_GUARDED_BY(mutex_) = true;  // not only for those in found_
};

}  // namespace rad
