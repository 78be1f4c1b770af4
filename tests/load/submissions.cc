#include "tests/load/submissions.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "rad/v1/service.grpc.pb.h"
#include "tests/load/load_job.h"

namespace rad {
namespace {

using Seconds = std::chrono::duration<double>;

double SubmitOne(v1::JobService::Stub& jobs, int number) {
  v1::SubmitRequest request;
  request.set_request_id(absl::StrCat("load-", number));
  *request.mutable_job() = LoadJob(number);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  v1::JobStatus response;
  const auto begin = std::chrono::steady_clock::now();
  const grpc::Status status = jobs.Submit(&context, request, &response);
  const Seconds taken = std::chrono::steady_clock::now() - begin;
  if (!status.ok()) {
    std::cerr << "job " << number << " was refused: " << status.error_message() << "\n";
    std::exit(1);
  }
  return taken.count();
}

}  // namespace

std::vector<double> SubmitJobs(const std::string& coordinator, const Submissions& submissions) {
  const auto jobs =
      v1::JobService::NewStub(grpc::CreateChannel(coordinator, grpc::InsecureChannelCredentials()));
  std::vector<double> seconds(submissions.count);
  std::vector<std::thread> threads;
  for (int client = 0; client < submissions.clients; ++client) {
    threads.emplace_back([&, client] {
      for (int i = client; i < submissions.count; i += submissions.clients) {
        seconds[i] = SubmitOne(*jobs, submissions.first + i);
        std::this_thread::sleep_for(submissions.pause);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::sort(seconds.begin(), seconds.end());
  return seconds;
}

double Percentile(const std::vector<double>& ascending, double percent) {
  const auto rank =
      static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(ascending.size())));
  return ascending[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace rad
