#include "coordinator/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "coordinator/job_precision.h"
#include "coordinator/job_probes.h"
#include "coordinator/stage_graph.h"
#include "coordinator/stage_result.h"
#include "coordinator/stage_work.h"
#include "coordinator/work_digest.h"
#include "tests/coordinator/sample_job.h"

namespace rad {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

class KnowledgeInMemory : public Knowledge {
 public:
  const ScoreTable& Scores(const std::string& key) override { return scores[key]; }
  std::optional<v1::StoredResult> Result(const std::string& digest) override {
    const auto found = results.find(digest);
    if (found == results.end()) return std::nullopt;
    return found->second;
  }

  std::map<std::string, ScoreTable> scores;  // by score key
  std::map<std::string, v1::StoredResult> results;
};

class PlannerTest : public ::testing::Test {
 protected:
  v1::JobRecord Submit(const v1::Job& job, const std::string& id) {
    v1::JobRecord record = NewJobRecord(job);
    record.set_job_id(id);
    Keep(AdvanceJob(record, Input()));
    return record;
  }

  // Answers one task as a worker would; false when there is none.
  bool FinishOne(v1::JobRecord& job) {
    for (const v1::StageRecord& stage : job.stages()) {
      if (stage.tasks().empty()) continue;
      const v1::Task task = stage.tasks(0).task();
      done_.push_back(task.stage());
      v1::TaskResult result = Answer(task);
      EXPECT_TRUE(CheckResult(task.work(), result).ok());
      if (result.has_scores()) AddToTable(task.work(), result.scores());
      result.clear_scores();
      Keep(FinishTask(job, task.task_id(), result, Input()));
      return true;
    }
    return false;
  }

  void FinishAll(v1::JobRecord& job) {
    for (int i = 0; i < 100 && FinishOne(job); ++i) continue;
  }

  v1::TaskResult Answer(const v1::Task& task) {
    v1::TaskResult result;
    result.set_seconds(2);
    const v1::Work& work = task.work();
    if (work.has_inspect()) {
      *result.mutable_teacher() = teacher_;
      for (const v1::ProbeFiles& files : probe_files_) *result.add_probe_files() = files;
      if (probe_files_.empty()) result.add_probe_files();
      result.mutable_data_files()->set_data(data_digest_);
      result.mutable_data_files()->set_records(records_digest_);
    }
    if (work.has_score()) *result.mutable_scores() = SampleScores(work.score());
    if (work.has_align()) result.mutable_align()->set_tokens(100);
    if (work.has_distill()) result.mutable_distill()->set_tokens(50);
    if (work.has_export_()) result.mutable_export_();
    if (work.has_classify()) *result.mutable_roles() = SampleRoles(work.classify());
    if (work.has_align() || work.has_distill() || work.has_export_())
      result.set_artifact_id(absl::StrCat("of ", task.digest()));
    if (work.has_evaluate()) {
      v1::TaskAccuracy& accuracy = *result.mutable_evaluation()->add_tasks();
      accuracy.set_task(v1::Evaluate::KV_RETRIEVAL);
      accuracy.set_examples(100);
      accuracy.set_correct(task.stage() == "evaluate/teacher" ? 80 : 40);
    }
    return result;
  }

  PlanInput Input() { return {knowledge_, 1, 1000}; }

  void Keep(const PlanOutcome& outcome) {
    for (const auto& [digest, result] : outcome.results) knowledge_.results[digest] = result;
  }

  void AddToTable(const v1::Work& work, const v1::HeadScores& scores) {
    ScoreTable& table = knowledge_.scores[ScoreKey(ScoreOriginOf(work))];
    ForEachCell(scores, [&](std::optional<HeadRef> head, std::uint32_t example, const ScoreCell& cell) {
      if (head) {
        table.SetAblated(*head, example, cell);
      } else {
        table.SetBase(example, cell);
      }
    });
  }

  KnowledgeInMemory knowledge_;
  v1::TeacherInfo teacher_ = SampleTeacher();
  std::vector<v1::ProbeFiles> probe_files_;
  std::string data_digest_ = "digest of the data";
  std::string records_digest_;
  std::vector<std::string> done_;
};

std::string Kept(const v1::JobRecord& job, const std::string& student) {
  std::vector<HeadRef> heads;
  for (const v1::Head& head : StudentNamed(job, student).kept()) heads.push_back({head.layer(), head.head()});
  return HeadsText(heads);
}

TEST_F(PlannerTest, ADistillationRunsToItsEnd) {
  v1::JobRecord job = Submit(SampleJob(), "job-1");
  EXPECT_EQ(job.stages(0).tasks_size(), 1);
  FinishAll(job);
  EXPECT_EQ(job.state(), v1::SUCCEEDED) << job.reason();
  EXPECT_EQ(Kept(job, "top-2"), "0.3 1.2");
  EXPECT_EQ(Kept(job, "no-heads"), "");
  EXPECT_EQ(StudentNamed(job, "random-2").kept_size(), 2);
  const v1::StudentResult& student = StudentNamed(job, "top-2");
  EXPECT_DOUBLE_EQ(student.coverage(), 0.5);
  EXPECT_DOUBLE_EQ(StudentNamed(job, "teacher").coverage(), 1);
  EXPECT_EQ(student.align_tokens(), 100u);
  EXPECT_EQ(student.distill_tokens(), 50u);
  EXPECT_DOUBLE_EQ(student.train_seconds(), 4);
  EXPECT_FALSE(student.export_artifact_id().empty());
}

TEST_F(PlannerTest, TheTeachersHeadDimensionIsTheSameWorkHoweverItIsAskedFor) {
  v1::Job spec = SampleJob();
  spec.mutable_spec()->mutable_controls(0)->set_head_dim(SampleTeacher().head_dim());
  spec.mutable_spec()->mutable_controls(1)->set_head_dim(4);
  v1::JobRecord job = Submit(spec, "job-1");
  FinishAll(job);
  EXPECT_EQ(job.state(), v1::SUCCEEDED) << job.reason();
  const auto work = [&](const char* stage) {
    return TaskOfStage(job, StageNamed(job, stage)).work.SerializeAsString();
  };
  EXPECT_EQ(work("align/n8-p8"), work("align/n8"));
  EXPECT_NE(work("align/n8-p4"), work("align/n8"));
  EXPECT_EQ(StudentNamed(job, job.job().spec().controls(1).name()).align_tokens(), 100u);
}

TEST_F(PlannerTest, AStudentAlignedByLayersIsDistilledFromItsOwnAlignment) {
  v1::Job spec = SampleJob();
  spec.mutable_spec()->mutable_align()->set_target(v1::Align::LAYER);
  spec.mutable_spec()->mutable_student()->set_join(v1::Student::ADAPTER);
  v1::JobRecord job = Submit(spec, "job-1");
  bool aligned = false, distilled = false;
  do {
    for (const v1::StageRecord& stage : job.stages()) {
      if (stage.tasks().empty()) continue;
      const v1::Task& task = stage.tasks(0).task();
      if (task.stage() == "align/top-2") {
        EXPECT_EQ(task.work().align().kept_size(), 2);
        EXPECT_EQ(task.work().align().join(), v1::Student::ADAPTER);
        aligned = true;
      }
      if (task.stage() == "distill/top-2") {
        EXPECT_EQ(task.work().distill().join(), v1::Student::ADAPTER);
        EXPECT_EQ(task.work().distill().aligned_to(), v1::Align::LAYER);
        ASSERT_EQ(task.inputs_size(), 1);
        EXPECT_EQ(task.inputs(0).name(), "student");
        EXPECT_EQ(task.inputs(0).artifact_id(), StageNamed(job, "align/top-2").artifact_id());
        distilled = true;
      }
    }
  } while (FinishOne(job));
  EXPECT_TRUE(aligned && distilled);
  EXPECT_EQ(job.state(), v1::SUCCEEDED) << job.reason();
  EXPECT_EQ(StudentNamed(job, "top-2").align_tokens(), 100u);
}

std::string Classified(const v1::JobRecord& job) {
  std::vector<HeadRef> heads;
  for (const v1::HeadRole& role : job.roles().heads())
    heads.push_back({role.head().layer(), role.head().head()});
  return HeadsText(heads);
}

TEST_F(PlannerTest, HeadsKeptForWhatTheyDoGetRolesAndRandomOnesDoNot) {
  v1::Job spec = SampleJob();
  spec.mutable_spec()->mutable_controls(0)->clear_head_budget();
  spec.mutable_spec()->mutable_controls(0)->add_heads("1.1");
  v1::JobRecord job = Submit(spec, "job-1");
  FinishAll(job);
  EXPECT_EQ(Classified(job), "0.3 1.1 1.2");
  EXPECT_EQ(job.roles().examples(), 8u);
}

TEST_F(PlannerTest, AnAblationsBestHeadsGetRoles) {
  v1::Job spec = SampleAblation();
  spec.mutable_spec()->mutable_ranking()->set_top(2);
  v1::JobRecord job = Submit(spec, "job-1");
  FinishAll(job);
  EXPECT_EQ(job.state(), v1::SUCCEEDED) << job.reason();
  EXPECT_EQ(Classified(job), "0.3 1.2");
}

TEST_F(PlannerTest, WithoutAKeptHeadNothingIsClassified) {
  v1::Job spec = SampleJob();
  spec.mutable_spec()->mutable_student()->set_head_budget(0);
  v1::JobRecord job = Submit(spec, "job-1");
  FinishAll(job);
  EXPECT_EQ(job.state(), v1::SUCCEEDED) << job.reason();
  EXPECT_THAT(done_, Not(Contains("roles")));
}

TEST_F(PlannerTest, GivenHeadsAreDistilledWithoutARanking) {
  v1::Job spec = SampleJob();
  v1::Student& student = *spec.mutable_spec()->mutable_student();
  student.clear_head_budget();
  for (const char* head : {"0.1", "1.3"}) student.add_heads(head);
  v1::JobRecord job = Submit(spec, "job-1");
  FinishAll(job);
  EXPECT_EQ(job.state(), v1::SUCCEEDED) << job.reason();
  EXPECT_THAT(done_, Not(Contains("rank")));
  EXPECT_EQ(Kept(job, student.name()), "0.1 1.3");
  EXPECT_EQ(StudentNamed(job, "random-2").kept_size(), 2);
}

TEST_F(PlannerTest, ResultsOfTwoPrecisionsAreNeverShared) {
  v1::JobRecord first = Submit(SampleJob(), "job-1");
  FinishAll(first);
  const std::size_t tasks = done_.size();
  done_.clear();
  v1::Job other = SampleJob();
  other.mutable_spec()->set_precision(v1::BFLOAT16);  // the teacher's worker says float32
  knowledge_.scores = {};                             // the score key differs
  v1::JobRecord second = Submit(other, "job-2");
  FinishAll(second);
  EXPECT_EQ(done_.size(), tasks);
  EXPECT_NE(ScoreKey(ScoreOriginsOf(first).front()), ScoreKey(ScoreOriginsOf(second).front()));
  done_.clear();
  other.mutable_spec()->set_precision(v1::FLOAT32);  // in so many words what auto came to
  v1::JobRecord third = Submit(other, "job-3");
  EXPECT_EQ(PrecisionOf(third), v1::FLOAT32);
  FinishAll(third);
  EXPECT_THAT(done_, Contains("inspect"));
  EXPECT_THAT(done_, Not(Contains("distill/top-2")));
}

TEST_F(PlannerTest, EveryTaskButTheInspectionCarriesTheSettledPrecision) {
  teacher_.set_precision(v1::BFLOAT16);
  v1::JobRecord job = Submit(SampleJob(), "job-1");
  EXPECT_EQ(PrecisionOf(job), v1::PRECISION_UNSPECIFIED);
  bool more = FinishOne(job);
  while (more) {
    for (const v1::StageRecord& stage : job.stages()) {
      for (const v1::TaskRecord& task : stage.tasks())
        EXPECT_EQ(task.task().work().precision(), v1::BFLOAT16) << stage.name();
    }
    more = FinishOne(job);
  }
  EXPECT_EQ(job.state(), v1::SUCCEEDED) << job.reason();
}

TEST_F(PlannerTest, TheTeacherIsTriedBeforeAnyHead) {
  v1::JobRecord job = Submit(SampleAblation(), "job-1");
  FinishOne(job);
  ASSERT_EQ(job.stages(1).tasks_size(), 1);
  EXPECT_EQ(job.stages(1).tasks(0).task().work().score().heads_size(), 0);
  FinishOne(job);
  EXPECT_EQ(job.stages(1).tasks(0).task().work().score().heads_size(), 8);
}

TEST_F(PlannerTest, ATeacherThatFailsTheProbeIsRefused) {
  v1::Job spec = SampleAblation();
  const v1::ScoreOrigin origin = ScoreOriginOf(teacher_.digest(), spec.spec().probe(), {}, v1::FLOAT32);
  for (std::uint32_t example = 0; example < 8; ++example)
    knowledge_.scores[ScoreKey(origin)].SetBase(example, {example < 3, 0, -1});
  v1::JobRecord job = Submit(spec, "job-1");
  FinishAll(job);
  EXPECT_EQ(job.state(), v1::FAILED);
  EXPECT_EQ(job.stages(1).state(), v1::FAILED);
  EXPECT_THAT(job.reason(), HasSubstr("spec.probe.min_teacher_accuracy is 0.5"));
  EXPECT_THAT(job.reason(), HasSubstr("3 of 8 examples (37.5%)"));
}

v1::Job WithTwoProbes() {
  v1::Job job = SampleAblation();
  v1::Probe& second = *job.mutable_spec()->add_probes();
  second.set_task(v1::Probe::NEEDLE);
  second.set_text("/text/*.txt");
  FillDefaults(job);
  return job;
}

v1::ProbeFiles FilesWithText(const std::string& digest) {
  v1::ProbeFiles files;
  files.set_text(digest);
  return files;
}

TEST_F(PlannerTest, EveryProbeIsScoredByTasksOfItsOwn) {
  probe_files_ = {{}, FilesWithText("digest of a text")};
  v1::JobRecord job = Submit(WithTwoProbes(), "job-1");
  EXPECT_EQ(job.stages(0).tasks(0).task().work().inspect().probes_size(), 2);
  FinishOne(job);
  ASSERT_EQ(job.stages(1).tasks_size(), 2);
  const v1::ScoreHeads& second = job.stages(1).tasks(1).task().work().score();
  EXPECT_EQ(second.probe().text(), "/text/*.txt");
  EXPECT_EQ(second.probe_files().text(), "digest of a text");
  FinishAll(job);
  EXPECT_EQ(job.state(), v1::SUCCEEDED) << job.reason();
  EXPECT_EQ(knowledge_.scores.size(), 2u);
}

TEST_F(PlannerTest, AProbesChangedFileIsScoredAgainAndTheOthersAreNot) {
  probe_files_ = {{}, FilesWithText("digest of a text")};
  v1::JobRecord first = Submit(WithTwoProbes(), "job-1");
  FinishAll(first);
  const std::size_t tasks = done_.size();
  done_.clear();
  v1::JobRecord same = Submit(WithTwoProbes(), "job-2");
  FinishAll(same);
  EXPECT_THAT(done_, ElementsAre("inspect"));
  done_.clear();
  probe_files_[1].set_text("digest of another");
  v1::JobRecord changed = Submit(WithTwoProbes(), "job-3");
  FinishAll(changed);
  EXPECT_EQ(changed.state(), v1::SUCCEEDED);
  const std::size_t of_each = (tasks - 2) / 2;  // all but the inspection and the roles
  EXPECT_EQ(done_.size(), 1 + of_each);
}

TEST_F(PlannerTest, DataCountsByWhatItsFilesHoldNotByTheirPaths) {
  v1::Job job = SampleJob();
  v1::JobRecord first = Submit(job, "job-1");
  EXPECT_EQ(first.stages(0).tasks(0).task().work().inspect().data().text(0), "/text/*.txt");
  FinishAll(first);
  EXPECT_EQ(first.state(), v1::SUCCEEDED) << first.reason();
  const auto again = [&](const std::string& id) {
    done_.clear();
    v1::JobRecord next = Submit(job, id);
    FinishAll(next);
    EXPECT_EQ(next.state(), v1::SUCCEEDED) << next.reason();
  };
  job.mutable_spec()->mutable_data()->set_text(0, "/moved/*.txt");
  again("job-2");
  EXPECT_THAT(done_, ElementsAre("inspect"));
  // Scores know no data: the ranking is not done again.
  data_digest_ = "digest of other data";
  again("job-3");
  EXPECT_THAT(done_, IsSupersetOf({"align", "distill/top-2", "evaluate/top-2"}));
  EXPECT_THAT(done_, Not(Contains("rank")));
  EXPECT_THAT(done_, Not(Contains("roles")));
}

TEST_F(PlannerTest, RecordsCountByWhatTheyHold) {
  v1::Job job = SampleJob();
  job.mutable_spec()->mutable_evaluate()->add_tasks(v1::Evaluate::RECORD_LOOKUP);
  job.mutable_spec()->mutable_evaluate()->set_records("/records.txt");
  records_digest_ = "digest of records";
  v1::JobRecord first = Submit(job, "job-1");
  EXPECT_EQ(first.stages(0).tasks(0).task().work().inspect().records(), "/records.txt");
  FinishAll(first);
  const auto again = [&](const std::string& id) {
    done_.clear();
    v1::JobRecord next = Submit(job, id);
    FinishAll(next);
    EXPECT_EQ(next.state(), v1::SUCCEEDED) << next.reason();
  };
  job.mutable_spec()->mutable_evaluate()->set_records("/moved.txt");
  again("job-2");
  EXPECT_THAT(done_, ElementsAre("inspect"));
  records_digest_ = "digest of other records";
  again("job-3");
  EXPECT_THAT(done_, Contains("evaluate/top-2"));
  EXPECT_THAT(done_, Not(Contains("distill/top-2")));  // trained on none of them
}

TEST_F(PlannerTest, TheProbeThatTheTeacherFailsIsNamed) {
  probe_files_ = {{}, FilesWithText("digest of a text")};
  const v1::Job spec = WithTwoProbes();
  const v1::ScoreOrigin origin =
      ScoreOriginOf(teacher_.digest(), spec.spec().probes(0), probe_files_[1], v1::FLOAT32);
  for (std::uint32_t example = 0; example < 8; ++example)
    knowledge_.scores[ScoreKey(origin)].SetBase(example, {example < 1, 0, -1});
  v1::JobRecord job = Submit(spec, "job-1");
  FinishAll(job);
  EXPECT_EQ(job.state(), v1::FAILED);
  EXPECT_THAT(job.reason(),
              HasSubstr("spec.probes[0].min_teacher_accuracy is 0.5, but on this probe (needle)"));
  EXPECT_THAT(job.reason(), HasSubstr("1 of 8 examples (12.5%)"));
}

TEST_F(PlannerTest, HeadsRankedOnSeveralProbesAreClassifiedOnTheFirst) {
  probe_files_ = {{}, FilesWithText("digest of a text")};
  v1::JobRecord job = Submit(WithTwoProbes(), "job-1");
  while (StageNamed(job, "roles").tasks_size() == 0) ASSERT_TRUE(FinishOne(job));
  const v1::ClassifyHeads& classify = StageNamed(job, "roles").tasks(0).task().work().classify();
  EXPECT_EQ(classify.probe().task(), v1::Probe::KV_RETRIEVAL);
  EXPECT_EQ(classify.probe_files().text(), "");
  EXPECT_EQ(classify.heads_size(), 5);
}

// Training drills a needle's lines as a dictionary and needs none of its text; evaluation and the roles of
// heads ask for the needle.
TEST_F(PlannerTest, ANeedleIsEvaluatedAsOneAndTrainedAsADictionary) {
  v1::Job spec = SampleJob();
  spec.mutable_spec()->mutable_probe()->set_task(v1::Probe::NEEDLE);
  spec.mutable_spec()->mutable_probe()->set_text("/text/a.txt");
  probe_files_ = {FilesWithText("digest of a text")};
  v1::JobRecord job = Submit(spec, "job-1");
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    for (const v1::StageRecord& stage : job.stages()) {
      for (const v1::TaskRecord& record : stage.tasks()) {
        const v1::Work& work = record.task().work();
        seen.insert(stage.name());
        if (work.has_align()) {
          EXPECT_EQ(work.align().probe().task(), v1::Probe::KV_RETRIEVAL);
          EXPECT_EQ(work.align().probe().text(), "");
          EXPECT_EQ(work.align().probe_files().text(), "");
        }
        if (work.has_evaluate()) {
          EXPECT_EQ(work.evaluate().probe().task(), v1::Probe::NEEDLE);
          EXPECT_EQ(work.evaluate().probe_files().text(), "digest of a text");
        }
        if (work.has_classify()) {
          EXPECT_EQ(work.classify().probe().text(), "/text/a.txt");
          EXPECT_EQ(work.classify().probe_files().text(), "digest of a text");
        }
      }
    }
    if (!FinishOne(job)) break;
  }
  EXPECT_EQ(job.state(), v1::SUCCEEDED) << job.reason();
  EXPECT_THAT(seen, IsSupersetOf({"align", "evaluate/teacher", "evaluate/top-2", "roles"}));
}

TEST_F(PlannerTest, ABudgetAboveTheTeachersHeadsFailsRightAfterInspection) {
  v1::Job spec = SampleJob();
  spec.mutable_spec()->mutable_controls(1)->set_head_budget(9);
  v1::JobRecord job = Submit(spec, "job-1");
  FinishAll(job);
  EXPECT_EQ(job.state(), v1::FAILED);
  EXPECT_THAT(job.reason(), HasSubstr("spec.controls[1].head_budget is 9"));
  EXPECT_THAT(done_, ElementsAre("inspect"));
}

TEST_F(PlannerTest, TheSameJobAgainOnlyLooksAtTheTeacher) {
  v1::JobRecord first = Submit(SampleJob(), "job-1");
  FinishAll(first);
  done_.clear();
  v1::JobRecord second = Submit(SampleJob(), "job-2");
  FinishAll(second);
  EXPECT_EQ(second.state(), v1::SUCCEEDED);
  EXPECT_THAT(done_, ElementsAre("inspect"));
  EXPECT_THAT(second.reason(), HasSubstr("nothing computed"));
  for (const v1::StageRecord& stage : second.stages()) {
    if (stage.kind() == v1::StageRecord::INSPECT || stage.kind() == v1::StageRecord::SELECT) continue;
    EXPECT_TRUE(stage.reused()) << stage.name();
    EXPECT_GT(stage.seconds(), 0) << stage.name();  // of the first computation
  }
  EXPECT_DOUBLE_EQ(StudentNamed(second, "top-2").coverage(), 0.5);
}

TEST_F(PlannerTest, AChangedSettingRunsAgainWhatDependsOnItOnly) {
  v1::JobRecord first = Submit(SampleJob(), "job-1");
  FinishAll(first);
  done_.clear();
  v1::Job changed = SampleJob();
  changed.mutable_spec()->mutable_distill()->set_tokens(11'000);
  v1::JobRecord second = Submit(changed, "job-2");
  FinishAll(second);
  EXPECT_THAT(done_, ElementsAre("inspect", "distill/top-2", "distill/no-heads", "distill/random-2",
                                 "evaluate/top-2", "evaluate/no-heads", "evaluate/random-2", "export/top-2"));
}

TEST_F(PlannerTest, AnotherTeacherSharesNothing) {
  v1::JobRecord first = Submit(SampleJob(), "job-1");
  FinishAll(first);
  const std::size_t tasks = done_.size();
  done_.clear();
  teacher_.set_digest("another digest");
  v1::JobRecord second = Submit(SampleJob(), "job-2");
  FinishAll(second);
  EXPECT_EQ(done_.size(), tasks);
}

TEST_F(PlannerTest, EqualInputsGiveEqualPlans) {
  v1::JobRecord a = Submit(SampleJob(), "job-1");
  const std::string first = a.SerializeAsString();
  v1::JobRecord b = Submit(SampleJob(), "job-1");
  EXPECT_EQ(b.SerializeAsString(), first);
}

TEST_F(PlannerTest, EndingAJobEndsWhatIsLeftOfIt) {
  v1::JobRecord job = Submit(SampleJob(), "job-1");
  FinishOne(job);
  EndJob(job, v1::CANCELLED, "cancelled by a user", 9000);
  EXPECT_EQ(job.state(), v1::CANCELLED);
  EXPECT_EQ(job.finished_unix_seconds(), 9);
  EXPECT_EQ(job.stages(0).state(), v1::SUCCEEDED);
  for (int i = 1; i < job.stages_size(); ++i) {
    EXPECT_EQ(job.stages(i).state(), v1::CANCELLED);
    EXPECT_EQ(job.stages(i).tasks_size(), 0);
  }
}

TEST(CheckResult, RefusesAnInspectionThatLeavesAProbesFileWithoutDigest) {
  v1::Work work;
  work.mutable_inspect()->add_probes();
  work.mutable_inspect()->add_probes()->set_key_file("/words");
  v1::TaskResult result;
  *result.mutable_teacher() = SampleTeacher();
  EXPECT_THAT(CheckResult(work, result).message(), HasSubstr("upgrade the worker"));
  result.add_probe_files();
  result.add_probe_files()->set_keys("digest");
  EXPECT_TRUE(CheckResult(work, result).ok());
}

TEST(CheckResult, RefusesAnInspectionThatLeavesDataWithoutDigest) {
  v1::Work work;
  work.mutable_inspect()->add_probes();
  work.mutable_inspect()->mutable_data()->add_sources()->set_tokens("/shards/*.tokens");
  v1::TaskResult result;
  *result.mutable_teacher() = SampleTeacher();
  result.add_probe_files();
  EXPECT_THAT(CheckResult(work, result).message(), HasSubstr("spec.data"));
  result.mutable_data_files()->set_data("digest");
  EXPECT_TRUE(CheckResult(work, result).ok());
}

TEST(CheckResult, RefusesAnInspectionThatLeavesRecordsWithoutDigest) {
  v1::Work work;
  work.mutable_inspect()->set_records("/records.txt");
  v1::TaskResult result;
  *result.mutable_teacher() = SampleTeacher();
  EXPECT_THAT(CheckResult(work, result).message(), HasSubstr("spec.evaluate.records"));
  result.mutable_data_files()->set_records("digest");
  EXPECT_TRUE(CheckResult(work, result).ok());
}

TEST(CheckResult, RefusesAnAnswerOfAnotherKindOrWithoutArtifact) {
  v1::Work work;
  work.mutable_align();
  v1::TaskResult result;
  result.mutable_distill();
  EXPECT_TRUE(absl::IsInvalidArgument(CheckResult(work, result)));
  result.mutable_align();
  EXPECT_THAT(CheckResult(work, result).message(), HasSubstr("artifact"));
  result.set_artifact_id("a");
  EXPECT_TRUE(CheckResult(work, result).ok());
  v1::Work inspect;
  inspect.mutable_inspect();
  v1::TaskResult empty_teacher;
  empty_teacher.mutable_teacher();
  EXPECT_TRUE(absl::IsInvalidArgument(CheckResult(inspect, empty_teacher)));
}

TEST(CheckResult, RolesAreOfTheHeadsAskedFor) {
  v1::Work work;
  AddHeads({{0, 1}, {1, 2}}, *work.mutable_classify()->mutable_heads());
  v1::TaskResult result;
  *result.mutable_roles() = SampleRoles(work.classify());
  EXPECT_TRUE(CheckResult(work, result).ok());
  result.mutable_roles()->mutable_heads(1)->mutable_head()->set_head(3);
  EXPECT_TRUE(absl::IsInvalidArgument(CheckResult(work, result)));
  result.mutable_roles()->mutable_heads()->RemoveLast();
  EXPECT_THAT(CheckResult(work, result).message(), HasSubstr("roles of 1 heads, not of the 2"));
}

TEST(CheckResult, AnInspectionSettlesThePrecision) {
  v1::Work work;
  work.mutable_inspect();
  v1::TaskResult result;
  *result.mutable_teacher() = SampleTeacher();
  EXPECT_TRUE(CheckResult(work, result).ok());
  result.mutable_teacher()->set_precision(v1::AUTO);
  EXPECT_THAT(CheckResult(work, result).message(), HasSubstr("precision 1"));
}

}  // namespace
}  // namespace rad
