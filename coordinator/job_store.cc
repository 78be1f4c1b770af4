#include "coordinator/job_store.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "coordinator/deterministic_bytes.h"
#include "storage/sha256.h"

namespace rad {
namespace {

// Big-endian, so that keys sort by number.
template <typename Number>
std::string SortableNumber(Number number) {
  std::string bytes(sizeof number, '\0');
  for (std::size_t i = 0; i < sizeof number; ++i)
    bytes[sizeof number - 1 - i] = static_cast<char>(number >> (8 * i));
  return bytes;
}

template <typename Number>
Number ReadSortableNumber(absl::string_view bytes) {
  Number number = 0;
  for (const char c : bytes.substr(0, sizeof number)) number = (number << 8) | static_cast<unsigned char>(c);
  return number;
}

// Keys of rows that belong to a job (or a sweep): "<job id>/<number>".
std::string JobPrefix(absl::string_view job_id) { return absl::StrCat(job_id, "/"); }
std::string JobRow(absl::string_view job_id, std::uint64_t number) {
  return absl::StrCat(JobPrefix(job_id), SortableNumber(number));
}
std::uint64_t RowNumber(absl::string_view key) {
  return ReadSortableNumber<std::uint64_t>(key.substr(key.size() - 8));
}

// Keys of rows of scores: "<score key>/" + layer, head. The teacher itself stands at the last layer there is.
std::string ScorePrefix(absl::string_view score_key) { return absl::StrCat(score_key, "/"); }
std::string ScoreRowKey(absl::string_view score_key, const v1::HeadScoreRow& row) {
  const std::uint32_t last = 0xffffffff;
  const std::uint32_t layer = row.has_head() ? row.head().layer() : last;
  const std::uint32_t head = row.has_head() ? row.head().head() : last;
  return absl::StrCat(ScorePrefix(score_key), SortableNumber(layer), SortableNumber(head));
}

std::string DroppedCounter(const std::string& job_id) { return absl::StrCat("events_dropped/", job_id); }

std::string TeacherKey(const std::string& path) { return absl::StrCat("teacher/", path); }

std::string DataKey(const v1::JobSpec& spec) {
  v1::InspectTeacher files;  // what it names, whatever is made of it
  *files.mutable_data()->mutable_text() = spec.data().text();
  *files.mutable_data()->mutable_sources() = spec.data().sources();
  for (v1::DataSource& source : *files.mutable_data()->mutable_sources()) source.clear_weight();
  files.set_records(spec.evaluate().records());
  files.set_definitions(spec.evaluate().definitions());
  return absl::StrCat("files/", Sha256Hex(DeterministicBytes(files)));
}

absl::Status Unreadable(absl::string_view what, absl::string_view key) {
  return absl::DataLossError(
      absl::StrCat("the stored ", what, " \"", key, "\" cannot be read: restore the data folder"));
}

template <typename Message>
absl::StatusOr<std::optional<Message>> GetMessage(const MetaStore& meta, Table table,
                                                  const std::string& key) {
  absl::StatusOr<std::optional<std::string>> bytes = meta.Get(table, key);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return std::nullopt;
  Message message;
  if (!message.ParseFromString(**bytes)) return Unreadable(message.GetTypeName(), key);
  return message;
}

// Calls take(number, message) for the rows of a job from `from` on; at most `limit`.
template <typename Message, typename Take>
absl::Status ScanJobRows(const MetaStore& meta, Table table, const std::string& job_id, std::uint64_t from,
                         int limit, Take take) {
  absl::Status problem;
  absl::Status scanned = meta.Scan(table, JobPrefix(job_id), JobRow(job_id, from),
                                   [&](absl::string_view key, absl::string_view value) {
                                     Message message;
                                     if (!message.ParseFromArray(value.data(), value.size()))
                                       problem = Unreadable(message.GetTypeName(), job_id);
                                     if (!problem.ok() || limit-- <= 0) return false;
                                     take(RowNumber(key), std::move(message));
                                     return true;
                                   });
  return problem.ok() ? scanned : problem;
}

template <typename Message>
absl::StatusOr<std::vector<Message>> LoadAll(const MetaStore& meta, Table table) {
  std::vector<Message> messages;
  absl::Status problem;
  absl::Status scanned = meta.Scan(table, "", "", [&](absl::string_view key, absl::string_view value) {
    if (!messages.emplace_back().ParseFromArray(value.data(), value.size()))
      problem = Unreadable(Message::descriptor()->name(), key);
    return problem.ok();
  });
  if (!problem.ok()) return problem;
  if (!scanned.ok()) return scanned;
  return messages;
}

// Of a table whose keys do not sort by order of submission.
template <typename Message>
absl::StatusOr<std::vector<Message>> LoadByOrder(const MetaStore& meta, Table table) {
  absl::StatusOr<std::vector<Message>> messages = LoadAll<Message>(meta, table);
  if (!messages.ok()) return messages;
  std::sort(messages->begin(), messages->end(),
            [](const Message& a, const Message& b) { return a.order() < b.order(); });
  return messages;
}

}  // namespace

void JobStore::Change::PutJob(const v1::JobRecord& job) {
  batch_.Put(Table::kJobs, job.job_id(), job.SerializeAsString());
}

void JobStore::Change::PutEvent(const v1::Event& event) {
  batch_.Put(Table::kEvents, JobRow(event.job_id(), event.sequence()), event.SerializeAsString());
}

absl::Status JobStore::Change::DropOldEvents(const JobStore& store, const std::string& job_id,
                                             std::size_t keep) {
  std::vector<std::uint64_t> sequences;
  absl::Status scanned =
      store.meta_.Scan(Table::kEvents, JobPrefix(job_id), "", [&](absl::string_view key, absl::string_view) {
        sequences.push_back(RowNumber(key));
        return true;
      });
  if (!scanned.ok() || sequences.size() <= keep) return scanned;
  sequences.resize(sequences.size() - keep);
  for (const std::uint64_t sequence : sequences) batch_.Delete(Table::kEvents, JobRow(job_id, sequence));
  PutCounter(DroppedCounter(job_id), sequences.back());
  return absl::OkStatus();
}

void JobStore::Change::PutResult(const std::string& digest, const v1::StoredResult& result) {
  batch_.Put(Table::kResults, digest, result.SerializeAsString());
}

void JobStore::Change::PutScores(const std::string& score_key, const v1::HeadScoreRow& row) {
  batch_.Put(Table::kScores, ScoreRowKey(score_key, row), row.SerializeAsString());
}

void JobStore::Change::PutRequest(const std::string& request_id, const v1::RequestRecord& request) {
  batch_.Put(Table::kRequests, request_id, request.SerializeAsString());
}

void JobStore::Change::PutCounter(const std::string& name, std::uint64_t value) {
  batch_.Put(Table::kCounters, name, absl::StrCat(value));
}

void JobStore::Change::PutTeacher(const std::string& path, const v1::TeacherInfo& teacher) {
  batch_.Put(Table::kResults, TeacherKey(path), teacher.SerializeAsString());
}

void JobStore::Change::PutDataFiles(const v1::JobSpec& spec, const v1::DataFiles& files) {
  batch_.Put(Table::kResults, DataKey(spec), files.SerializeAsString());
}

void JobStore::Change::PutSweep(const v1::SweepRecord& sweep) {
  batch_.Put(Table::kSweeps, sweep.sweep_id(), sweep.SerializeAsString());
}

void JobStore::Change::PutSweepPoint(const std::string& sweep_id, const v1::SweepPoint& point) {
  batch_.Put(Table::kSweepPoints, JobRow(sweep_id, point.point()), point.SerializeAsString());
}

void JobStore::Change::PutQueue(const v1::Queue& queue) {
  batch_.Put(Table::kQueues, queue.name(), queue.SerializeAsString());
}

void JobStore::Change::DeleteQueue(const std::string& name) { batch_.Delete(Table::kQueues, name); }

void JobStore::Change::PutDrain(const std::string& name) { batch_.Put(Table::kDrains, name, ""); }

void JobStore::Change::DeleteDrain(const std::string& name) { batch_.Delete(Table::kDrains, name); }

absl::StatusOr<std::vector<v1::JobRecord>> JobStore::LoadJobs() const {
  return LoadByOrder<v1::JobRecord>(meta_, Table::kJobs);
}

absl::StatusOr<std::vector<v1::SweepRecord>> JobStore::LoadSweeps() const {
  return LoadByOrder<v1::SweepRecord>(meta_, Table::kSweeps);
}

absl::StatusOr<std::vector<v1::Queue>> JobStore::LoadQueues() const {
  return LoadAll<v1::Queue>(meta_, Table::kQueues);
}

absl::StatusOr<std::set<std::string>> JobStore::LoadDrains() const {
  std::set<std::string> names;
  absl::Status scanned = meta_.Scan(Table::kDrains, "", "", [&](absl::string_view name, absl::string_view) {
    names.emplace(name);
    return true;
  });
  if (!scanned.ok()) return scanned;
  return names;
}

absl::StatusOr<std::vector<v1::SweepPoint>> JobStore::SweepPoints(const std::string& sweep_id) const {
  std::vector<v1::SweepPoint> points;
  absl::Status status = ScanJobRows<v1::SweepPoint>(
      meta_, Table::kSweepPoints, sweep_id, 0, std::numeric_limits<int>::max(),
      [&](std::uint64_t, v1::SweepPoint point) { points.push_back(std::move(point)); });
  if (!status.ok()) return status;
  return points;
}

absl::StatusOr<std::optional<v1::StoredResult>> JobStore::Result(const std::string& digest) const {
  return GetMessage<v1::StoredResult>(meta_, Table::kResults, digest);
}

absl::StatusOr<std::optional<v1::RequestRecord>> JobStore::Request(const std::string& request_id) const {
  return GetMessage<v1::RequestRecord>(meta_, Table::kRequests, request_id);
}

absl::StatusOr<std::optional<v1::TeacherInfo>> JobStore::Teacher(const std::string& path) const {
  return GetMessage<v1::TeacherInfo>(meta_, Table::kResults, TeacherKey(path));
}

absl::StatusOr<v1::DataFiles> JobStore::DataFilesOf(const v1::JobSpec& spec) const {
  auto files = GetMessage<v1::DataFiles>(meta_, Table::kResults, DataKey(spec));
  if (!files.ok()) return files.status();
  return files->value_or(v1::DataFiles());
}

absl::StatusOr<std::vector<v1::HeadScoreRow>> JobStore::Scores(const std::string& score_key) const {
  std::vector<v1::HeadScoreRow> rows;
  absl::Status problem;
  absl::Status scanned =
      meta_.Scan(Table::kScores, ScorePrefix(score_key), "", [&](absl::string_view, absl::string_view value) {
        if (!rows.emplace_back().ParseFromArray(value.data(), value.size()))
          problem = Unreadable("row of scores", score_key);
        return problem.ok();
      });
  if (!problem.ok()) return problem;
  if (!scanned.ok()) return scanned;
  return rows;
}

absl::StatusOr<std::uint64_t> JobStore::Counter(const std::string& name) const {
  absl::StatusOr<std::optional<std::string>> text = meta_.Get(Table::kCounters, name);
  if (!text.ok()) return text.status();
  std::uint64_t value = 0;
  if (text->has_value() && !absl::SimpleAtoi(**text, &value)) return Unreadable("counter", name);
  return value;
}

absl::StatusOr<std::vector<v1::Event>> JobStore::Events(const std::string& job_id, std::uint64_t sequence,
                                                        int limit) const {
  std::vector<v1::Event> events;
  absl::Status status =
      ScanJobRows<v1::Event>(meta_, Table::kEvents, job_id, sequence + 1, limit,
                             [&](std::uint64_t, v1::Event event) { events.push_back(std::move(event)); });
  if (!status.ok()) return status;
  return events;
}

absl::StatusOr<std::uint64_t> JobStore::EventsDropped(const std::string& job_id) const {
  return Counter(DroppedCounter(job_id));
}

absl::Status JobStore::AppendLog(const std::string& job_id, std::uint64_t first_number,
                                 const std::vector<v1::LogLine>& lines) {
  MetaStore::Batch batch(meta_);
  for (const v1::LogLine& line : lines) {
    batch.Put(Table::kLogs, JobRow(job_id, first_number++), line.SerializeAsString());
  }
  return meta_.Write(std::move(batch), Durability::kBuffered);
}

absl::StatusOr<std::vector<JobStore::NumberedLine>> JobStore::Log(const std::string& job_id,
                                                                  std::uint64_t from_number,
                                                                  int limit) const {
  std::vector<NumberedLine> lines;
  absl::Status status = ScanJobRows<v1::LogLine>(meta_, Table::kLogs, job_id, from_number, limit,
                                                 [&](std::uint64_t number, v1::LogLine line) {
                                                   lines.push_back({number, std::move(line)});
                                                 });
  if (!status.ok()) return status;
  return lines;
}

absl::StatusOr<std::uint64_t> JobStore::LogEnd(const std::string& job_id) const {
  std::uint64_t end = 0;
  absl::Status status =
      meta_.Scan(Table::kLogs, JobPrefix(job_id), "", [&](absl::string_view key, absl::string_view) {
        end = RowNumber(key) + 1;
        return true;
      });
  if (!status.ok()) return status;
  return end;
}

}  // namespace rad
