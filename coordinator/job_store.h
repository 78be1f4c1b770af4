// job_store.h: the coordinator's records in the meta store: which table and key holds which message.
// Thread-safe.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rad/v1/record.pb.h"
#include "rad/v1/service.pb.h"
#include "storage/meta_store.h"

namespace rad {

// Numbers that are never given out twice: what is reserved or was reached of them.
inline constexpr char kSequenceCounter[] = "event_sequence_reserved";
inline constexpr char kLivesCounter[] = "coordinator_lives";
inline constexpr char kEpochFloorCounter[] = "epoch_floor";  // epochs of attempts begin behind it

class JobStore {
 public:
  explicit JobStore(MetaStore& meta) : meta_(meta) {}
  virtual ~JobStore() = default;

  // What happens together or not at all.
  class Change {
   public:
    explicit Change(const MetaStore& meta) : batch_(meta) {}
    void PutJob(const v1::JobRecord& job);
    void PutEvent(const v1::Event& event);
    void PutResult(const std::string& digest, const v1::StoredResult& result);
    // Replaces the row of that head.
    void PutScores(const std::string& score_key, const v1::HeadScoreRow& row);
    void PutRequest(const std::string& request_id, const v1::RequestRecord& request);
    void PutCounter(const std::string& name, std::uint64_t value);
    // The teacher last seen at this path: lets Plan guess what is known before anything is inspected.
    void PutTeacher(const std::string& path, const v1::TeacherInfo& teacher);
    // Likewise what the files held that its data and evaluation name.
    void PutDataFiles(const v1::JobSpec& spec, const v1::DataFiles& files);
    void PutSweep(const v1::SweepRecord& sweep);
    // Drops the job's events but for the newest `keep`, as counted without those of this change.
    absl::Status DropOldEvents(const JobStore& store, const std::string& job_id, std::size_t keep);
    // Replaces that point's row of the sweep's ledger.
    void PutSweepPoint(const std::string& sweep_id, const v1::SweepPoint& point);
    void PutQueue(const v1::Queue& queue);
    void DeleteQueue(const std::string& name);
    // Workers of this name, or of this incarnation, are to be given nothing.
    void PutDrain(const std::string& name);
    void DeleteDrain(const std::string& name);

   private:
    friend class JobStore;
    MetaStore::Batch batch_;
  };
  Change NewChange() const { return Change(meta_); }
  // Asked before new work is taken on: RESOURCE_EXHAUSTED while the disk is nearly full.
  absl::Status CheckFreeSpace() const { return meta_.CheckFreeSpace(); }
  // Synced. After an error nothing of the change is visible.
  virtual absl::Status Commit(Change change) { return meta_.Write(std::move(change.batch_)); }

  absl::StatusOr<std::vector<v1::JobRecord>> LoadJobs() const;      // in the order of submission
  absl::StatusOr<std::vector<v1::SweepRecord>> LoadSweeps() const;  // in the order of submission
  absl::StatusOr<std::vector<v1::SweepPoint>> SweepPoints(const std::string& sweep_id) const;  // by number
  absl::StatusOr<std::vector<v1::Queue>> LoadQueues() const;
  absl::StatusOr<std::set<std::string>> LoadDrains() const;
  absl::StatusOr<std::optional<v1::StoredResult>> Result(const std::string& digest) const;
  absl::StatusOr<std::optional<v1::RequestRecord>> Request(const std::string& request_id) const;
  absl::StatusOr<std::optional<v1::TeacherInfo>> Teacher(const std::string& path) const;
  absl::StatusOr<v1::DataFiles> DataFilesOf(const v1::JobSpec& spec) const;  // empty when never written
  absl::StatusOr<std::vector<v1::HeadScoreRow>> Scores(const std::string& score_key) const;
  absl::StatusOr<std::uint64_t> Counter(const std::string& name) const;  // 0 when never written

  // At most `limit` events of the job after `sequence`, in order.
  absl::StatusOr<std::vector<v1::Event>> Events(const std::string& job_id, std::uint64_t sequence,
                                                int limit) const;
  // Events up to this number were dropped; 0: none.
  absl::StatusOr<std::uint64_t> EventsDropped(const std::string& job_id) const;

  // Not synced: a power cut may cost the last lines.
  absl::Status AppendLog(const std::string& job_id, std::uint64_t first_number,
                         const std::vector<v1::LogLine>& lines);
  struct NumberedLine {
    std::uint64_t number = 0;
    v1::LogLine line;
  };
  absl::StatusOr<std::vector<NumberedLine>> Log(const std::string& job_id, std::uint64_t from_number,
                                                int limit) const;
  // The number after the job's last log line.
  absl::StatusOr<std::uint64_t> LogEnd(const std::string& job_id) const;

 private:
  MetaStore& meta_;
};

}  // namespace rad
