// What users ask of the coordinator.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "coordinator/coordinator.h"
#include "coordinator/job_state.h"
#include "coordinator/labels.h"
#include "coordinator/planner.h"
#include "coordinator/queue_settings.h"
#include "coordinator/ranked.h"
#include "coordinator/stage_graph.h"
#include "coordinator/work_digest.h"
#include "proto/failpoint.h"

namespace rad {
namespace {

constexpr std::uint32_t kDefaultPage = 50;
constexpr std::uint32_t kMaxPage = 500;
constexpr int kEventsPerPage = 64;
constexpr int kLinesPerPage = 1000;

bool Matches(const v1::ListRequest& request, const v1::JobRecord& job) {
  const bool state_matches = request.state() == v1::STATE_UNSPECIFIED || request.state() == job.state();
  return state_matches && HasLabels(job.job().metadata().labels(), request.labels());
}

// What stands for a job that is only planned.
constexpr char kTrial[] = "the planned job";

ReadyTask TrialTask(const v1::JobSpec& spec, absl::Duration now) {
  return {.job_id = kTrial,
          .task_id = kTrial,
          .queue = QueueOf(spec),
          .priority = spec.priority(),
          .max_workers = 1,
          .ready_since = now,
          .needs = NeedsOf(spec.resources())};
}

absl::Status CheckRanked(const v1::JobRecord& job) {
  std::string why = "none of its students needs one";
  for (const v1::StageRecord& stage : job.stages()) {
    if (stage.kind() != v1::StageRecord::RANK) continue;
    if (stage.state() == v1::SUCCEEDED) return absl::OkStatus();
    why = absl::StrCat("its stage \"rank\" is ", v1::State_Name(stage.state()));
  }
  return absl::FailedPreconditionError(absl::StrCat(job.job_id(), " has no ranking: ", why));
}

}  // namespace

void Coordinator::Remember(const RequestMark& request, const std::string& id, JobStore::Change& change) {
  if (request.id.empty()) return;
  v1::RequestRecord record;
  record.set_sha256(request.sha256);
  record.set_job_id(id);
  change.PutRequest(request.id, record);
}

absl::StatusOr<std::optional<std::string>> Coordinator::IdOfRequest(const RequestMark& request) {
  if (request.id.empty()) return std::nullopt;
  absl::StatusOr<std::optional<v1::RequestRecord>> earlier = store_.Request(request.id);
  if (!earlier.ok()) return earlier.status();
  if (!earlier->has_value()) return std::nullopt;
  if ((*earlier)->sha256() == request.sha256) return (*earlier)->job_id();
  return absl::AlreadyExistsError(absl::StrCat("request_id \"", request.id,
                                               "\" was used for another request, of ", (*earlier)->job_id(),
                                               ": give another id"));
}

absl::StatusOr<LiveJob*> Coordinator::JobOfRequest(const RequestMark& request) {
  const absl::StatusOr<std::optional<std::string>> job_id = IdOfRequest(request);
  if (!job_id.ok()) return job_id.status();
  return job_id->has_value() ? FindJob(**job_id) : nullptr;
}

std::uint64_t Coordinator::NextOrder() const { return jobs_.empty() ? 1 : jobs_.rbegin()->first + 1; }

absl::StatusOr<LiveJob*> Coordinator::CreateJob(v1::JobRecord record, JobStore::Change change) {
  record.set_order(NextOrder());
  record.set_job_id(absl::StrCat("job-", record.order()));
  record.set_submitted_unix_seconds(NowMillis() / 1000);
  LiveJob live;
  live.record = record;  // not planned yet, so that Apply sees all that changes
  Update update(std::move(change));
  update.record = std::move(record);
  update.outcome = AdvanceJob(update.record, InputNow());
  update.outcome.notes.insert(update.outcome.notes.begin(), PlanNote{"", "submitted"});
  if (absl::Status status = Apply(live, std::move(update)); !status.ok()) return status;
  const std::uint64_t order = live.record.order();
  order_of_[live.record.job_id()] = order;
  LiveJob* kept = &jobs_.emplace(order, std::move(live)).first->second;
  Enlist(*kept);
  return kept;
}

absl::StatusOr<v1::JobStatus> Coordinator::Submit(const RequestMark& request, const v1::Job& job) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<LiveJob*> first = JobOfRequest(request);
  if (!first.ok()) return first.status();
  if (*first != nullptr) return StatusOf((*first)->record, (*first)->waiting);
  if (absl::Status room = store_.CheckFreeSpace(); !room.ok()) return room;
  JobStore::Change change = store_.NewChange();
  Remember(request, absl::StrCat("job-", NextOrder()), change);
  const absl::StatusOr<LiveJob*> created = CreateJob(NewJobRecord(job), std::move(change));
  if (!created.ok()) return created.status();
  Failpoint("submit_written");
  Reschedule();
  return StatusOf((*created)->record, (*created)->waiting);
}

absl::StatusOr<v1::PlanResponse> Coordinator::Plan(const v1::Job& job) {
  absl::MutexLock lock(&mutex_);
  v1::JobRecord record = NewJobRecord(job);
  absl::StatusOr<std::optional<v1::TeacherInfo>> teacher = store_.Teacher(job.spec().teacher().path());
  if (!teacher.ok()) return teacher.status();
  absl::StatusOr<v1::DataFiles> files = store_.DataFilesOf(job.spec());
  if (!files.ok()) return files.status();
  if (teacher->has_value()) {  // suppose that the files are as they were when last inspected
    *record.mutable_teacher() = **teacher;
    *record.mutable_data_files() = *std::move(files);
    record.mutable_stages(0)->set_state(v1::SUCCEEDED);
    AdvanceJob(record, InputNow());
  }
  v1::PlanResponse response;
  *response.mutable_job() = job;
  for (const v1::StageRecord& stage : record.stages()) {
    v1::PlanResponse::PlannedStage* planned = response.add_stages();
    planned->set_name(stage.name());
    *planned->mutable_after() = stage.after();
    planned->set_known(stage.state() == v1::SUCCEEDED && stage.kind() != v1::StageRecord::INSPECT);
  }
  SchedulerView view = MakeView();
  view.ready.push_back(TrialTask(job.spec(), clock_.Monotonic()));
  const Schedule schedule = MakeSchedule(view, clock_.Monotonic());
  const auto waiting = schedule.waiting.find(kTrial);
  response.set_starts_now(waiting == schedule.waiting.end());
  response.set_reason(response.starts_now() ? "a worker is idle" : waiting->second.message);
  if (record.state() == v1::FAILED) response.set_reason(record.reason());
  if (absl::Status status = knowledge_.TakeError(); !status.ok()) return status;
  return response;
}

absl::StatusOr<LiveJob*> Coordinator::Resolve(const std::string& name) {
  if (LiveJob* exact = FindJob(name); exact != nullptr) return exact;
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) {
    if (job->second.record.job().metadata().name() == name) return &job->second;
  }
  std::vector<std::string> matches;
  for (const auto& [id, order] : order_of_) {
    if (!name.empty() && absl::StartsWith(id, name)) matches.push_back(id);
  }
  if (matches.size() == 1) return FindJob(matches.front());
  if (matches.empty())
    return absl::NotFoundError(absl::StrCat("no job \"", name, "\": radctl job list shows them"));
  return absl::InvalidArgumentError(
      absl::StrCat("\"", name, "\" may be ", matches[0], ", ", matches[1], " or more: give more of the id"));
}

absl::StatusOr<std::string> Coordinator::ResolveJob(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<LiveJob*> job = Resolve(name);
  if (!job.ok()) return job.status();
  return (*job)->record.job_id();
}

absl::StatusOr<v1::JobStatus> Coordinator::Get(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<LiveJob*> job = Resolve(name);
  if (!job.ok()) return job.status();
  return StatusOf((*job)->record, (*job)->waiting);
}

absl::StatusOr<v1::ListResponse> Coordinator::List(const v1::ListRequest& request) {
  std::uint64_t before = UINT64_MAX;  // the order of the last job of the page before
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &before)) {
    return absl::InvalidArgumentError(
        absl::StrCat("page_token \"", request.page_token(), "\" is not one of ours"));
  }
  const std::uint32_t page =
      request.page_size() == 0 ? kDefaultPage : std::min(request.page_size(), kMaxPage);
  absl::MutexLock lock(&mutex_);
  v1::ListResponse response;
  std::uint64_t last = 0;
  for (auto job = std::make_reverse_iterator(jobs_.lower_bound(before)); job != jobs_.rend(); ++job) {
    if (!Matches(request, job->second.record)) continue;
    if (static_cast<std::uint32_t>(response.jobs_size()) == page) {
      response.set_next_page_token(absl::StrCat(last));
      break;
    }
    *response.add_jobs() = StatusOf(job->second.record, job->second.waiting);
    last = job->first;
  }
  return response;
}

absl::StatusOr<v1::JobStatus> Coordinator::Cancel(const RequestMark& request, const std::string& name) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<LiveJob*> first = JobOfRequest(request);
  if (!first.ok()) return first.status();
  if (*first != nullptr) return StatusOf((*first)->record, (*first)->waiting);
  absl::StatusOr<LiveJob*> found = Resolve(name);
  if (!found.ok()) return found.status();
  LiveJob& job = **found;
  JobStore::Change change = store_.NewChange();
  Remember(request, job.record.job_id(), change);
  if (job.record.state() == v1::CANCELLED) {
    if (absl::Status status = store_.Commit(std::move(change)); !status.ok()) return status;
    return StatusOf(job.record, job.waiting);
  }
  if (IsTerminal(job.record.state())) {
    return absl::FailedPreconditionError(
        absl::StrCat(job.record.job_id(), " has already ended: ", v1::State_Name(job.record.state())));
  }
  if (absl::Status status = StopJob(job, std::move(change), v1::CANCELLED, "cancelled by a user");
      !status.ok())
    return status;
  Reschedule();
  return StatusOf(job.record, job.waiting);
}

absl::Status Coordinator::StopJob(LiveJob& job, JobStore::Change change, v1::State state,
                                  const std::string& reason) {
  Update update(std::move(change));
  update.record = job.record;
  EndJob(update.record, state, reason, NowMillis());
  update.outcome.notes.push_back({"", reason});
  return Apply(job, std::move(update));
}

absl::StatusOr<v1::Ranked> Coordinator::Scores(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<LiveJob*> job = Resolve(name);
  if (!job.ok()) return job.status();
  const v1::JobRecord& record = (*job)->record;
  if (absl::Status status = CheckRanked(record); !status.ok()) return status;
  v1::Ranked ranked = MakeRanked(record, TablesOf(record, knowledge_));
  if (absl::Status status = knowledge_.TakeError(); !status.ok()) return status;
  return ranked;
}

absl::StatusOr<Coordinator::EventPage> Coordinator::WaitEvents(const std::string& job_id,
                                                               std::uint64_t sequence,
                                                               absl::Duration timeout) {
  EventPage page;
  const absl::StatusOr<std::uint64_t> dropped = store_.EventsDropped(job_id);
  if (!dropped.ok()) return dropped.status();
  if (sequence < *dropped) {
    absl::MutexLock lock(&mutex_);
    LiveJob* job = FindJob(job_id);
    if (job == nullptr) return absl::NotFoundError(absl::StrCat("no job \"", job_id, "\""));
    const PlanNote note{"",
                        absl::StrCat("events up to number ", *dropped, " were dropped when the job ended")};
    page.events.push_back(MakeEvent(job->record, job->waiting, note, *dropped));
    return page;
  }
  for (bool waited = false;; waited = true) {
    std::uint64_t seen = 0;
    bool terminal = false;
    std::optional<v1::Event> progress;
    {
      absl::MutexLock lock(&mutex_);
      const LiveJob* job = FindJob(job_id);
      if (job == nullptr) return absl::NotFoundError(absl::StrCat("no job \"", job_id, "\""));
      seen = job->version;
      terminal = IsTerminal(job->record.state());
      const bool unseen = job->progress && job->progress->sequence > sequence;
      if (unseen && !terminal)
        progress = MakeEvent(job->record, job->waiting, {job->progress->stage, ""}, job->progress->sequence);
    }
    absl::StatusOr<std::vector<v1::Event>> stored = store_.Events(job_id, sequence, kEventsPerPage);
    if (!stored.ok()) return stored.status();
    page.events = *std::move(stored);
    const bool all = page.events.size() < kEventsPerPage;
    const std::uint64_t last = page.events.empty() ? sequence : page.events.back().sequence();
    if (all && progress && progress->sequence() > last) page.events.push_back(*std::move(progress));
    page.ended = all && terminal;
    if (!page.events.empty() || page.ended || waited) return page;
    absl::MutexLock lock(&mutex_);
    if (absl::Status status = AwaitChange(job_id, seen, timeout); !status.ok()) return status;
  }
}

absl::StatusOr<Coordinator::LogPage> Coordinator::WaitLog(const std::string& job_id,
                                                          std::uint64_t from_number, absl::Duration timeout) {
  LogPage page;
  for (bool waited = false;; waited = true) {
    std::uint64_t seen = 0;
    bool terminal = false;
    {
      absl::MutexLock lock(&mutex_);
      const LiveJob* job = FindJob(job_id);
      if (job == nullptr) return absl::NotFoundError(absl::StrCat("no job \"", job_id, "\""));
      seen = job->version;
      terminal = IsTerminal(job->record.state());
    }
    absl::StatusOr<std::vector<JobStore::NumberedLine>> lines =
        store_.Log(job_id, from_number, kLinesPerPage);
    if (!lines.ok()) return lines.status();
    page.next_number = lines->empty() ? from_number : lines->back().number + 1;
    page.ended = terminal && lines->size() < kLinesPerPage;
    for (JobStore::NumberedLine& numbered : *lines) page.lines.push_back(std::move(numbered.line));
    if (!page.lines.empty() || page.ended || waited) return page;
    absl::MutexLock lock(&mutex_);
    if (absl::Status status = AwaitChange(job_id, seen, timeout); !status.ok()) return status;
  }
}

v1::WorkerStatus Coordinator::WorkerStatusOf(const LiveWorker& worker) {
  v1::WorkerStatus status;
  status.set_worker_id(worker.id);
  status.set_name(worker.about.name());
  status.set_host(worker.about.host());
  status.set_device(worker.about.device());
  status.set_threads(worker.about.threads());
  status.set_memory_bytes(worker.about.memory_bytes());
  status.set_version(worker.about.version());
  status.set_state(worker.lost ? "lost" : worker.assigned ? "busy" : "idle");
  if (worker.assigned && !worker.lost) status.set_running(worker.running);
  const absl::Duration left = worker.lease_until - clock_.Monotonic();
  status.set_lease_seconds_left(worker.lost ? 0
                                            : absl::ToDoubleSeconds(std::max(left, absl::ZeroDuration())));
  status.set_metrics_address(worker.about.metrics_address());
  *status.mutable_labels() = worker.about.labels();
  status.set_draining(IsDraining(worker));
  return status;
}

v1::ListWorkersResponse Coordinator::ListWorkers() {
  absl::MutexLock lock(&mutex_);
  v1::ListWorkersResponse response;
  for (const auto& [id, worker] : workers_) *response.add_workers() = WorkerStatusOf(worker);
  return response;
}

}  // namespace rad
