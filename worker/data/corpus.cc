#include "worker/data/corpus.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/ablation/split_mix.h"
#include "worker/data/source_files.h"
#include "worker/data/token_cache.h"
#include "worker/data/tokenizer_digest.h"

namespace rad {
namespace {

struct Document {
  std::uint64_t hash = 0;
  TokenSpan tokens;
};

absl::Status InField(const std::string& field, const absl::Status& status) {
  const bool user_error = absl::IsDataLoss(status) || absl::IsNotFound(status);
  return {user_error ? absl::StatusCode::kInvalidArgument : status.code(),
          absl::StrCat(field, ": ", status.message())};
}

absl::StatusOr<std::vector<TokenShard>> MapShards(const SourceFiles& files,
                                                  const std::string& tokenizer_digest,
                                                  const ReadProgress& progress) {
  std::vector<TokenShard> shards;
  std::uint64_t done_bytes = 0;
  for (const std::filesystem::path& path : files.paths) {
    auto shard = TokenShard::Open(path, tokenizer_digest);
    if (!shard.ok()) return InField(files.field, shard.status());
    shards.push_back(*std::move(shard));
    std::error_code error;
    done_bytes += std::filesystem::file_size(path, error);
    if (absl::Status status = progress ? progress(done_bytes, files.bytes) : absl::OkStatus(); !status.ok())
      return status;
  }
  return shards;
}

absl::StatusOr<std::vector<TokenShard>> ShardsOf(const SourceFiles& files, const DataSpec& spec,
                                                 const Tokenizer& tokenizer,
                                                 const std::string& tokenizer_digest,
                                                 const ReadProgress& progress) {
  if (files.source.kind == DataSource::Kind::kTokens) return MapShards(files, tokenizer_digest, progress);
  const std::string name = absl::StrCat(files.digest, "-", tokenizer_digest, "-", kShardVersion);
  auto shard = CachedShard(spec.cache, name, tokenizer, tokenizer_digest, [&](TokenShardWriter& writer) {
    const auto add = [&](std::span<const TokenId> ids) { return writer.Add(ids); };
    return TokeniseFiles(files, tokenizer, add, progress);
  });
  if (!shard.ok()) return shard.status();
  std::vector<TokenShard> shards;
  shards.push_back(*std::move(shard));
  return shards;
}

std::vector<Document> DocumentsOf(const std::vector<TokenShard>& shards) {
  std::vector<Document> documents;
  for (const TokenShard& shard : shards) {
    for (std::size_t i = 0; i < shard.documents(); ++i)
      documents.push_back({shard.ContentHash(i), shard.Document(i)});
  }
  std::sort(documents.begin(), documents.end(),
            [](const Document& a, const Document& b) { return a.hash < b.hash; });
  return documents;
}

// Hashes of the documents that this source holds out; `documents` are sorted by hash.
std::set<std::uint64_t> HeldOutOf(const std::vector<Document>& documents, const DataSpec& spec) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> drawn;  // distinct ones, with numbers of the seed
  for (const Document& document : documents) {
    if (drawn.empty() || drawn.back().second != document.hash)
      drawn.emplace_back(SplitMix({spec.seed, document.hash}).Next(), document.hash);
  }
  const std::size_t count = drawn.size();
  const auto share = static_cast<std::size_t>(std::llround(spec.held_out_share * static_cast<double>(count)));
  const std::size_t wanted = count < 2 ? 0 : std::clamp<std::size_t>(share, 1, count - 1);
  const auto end = drawn.begin() + static_cast<std::ptrdiff_t>(wanted);
  std::nth_element(drawn.begin(), end, drawn.end());
  std::set<std::uint64_t> held_out;
  for (auto next = drawn.begin(); next != end; ++next) held_out.insert(next->second);
  return held_out;
}

absl::Status CheckDigest(const DataSpec& spec, const std::string& found) {
  if (spec.digest.empty() || spec.digest == found) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      spec.text.empty() ? "data.sources" : "data.text",
      ": the files changed since the job inspected them (their digest was ", spec.digest, ", now it is ",
      found, "), or this worker has others than the one that did; submit the job again"));
}

// Divides the documents of each source, given in the order of spec.sources.
absl::Status Divide(const DataSpec& spec, const std::vector<std::vector<Document>>& documents,
                    Corpus& corpus) {
  std::set<std::uint64_t> held_out, taken;
  if (spec.held_out_share > 0) {
    for (const std::vector<Document>& of_source : documents) held_out.merge(HeldOutOf(of_source, spec));
    if (held_out.empty() && !documents.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "data.held_out_share: ", spec.held_out_share,
          " of one document cannot be held out, as documents are never divided; add files or set it to 0"));
    }
  }
  for (std::size_t i = 0; i < documents.size(); ++i) {
    for (const Document& document : documents[i]) {
      if (!held_out.contains(document.hash)) {
        corpus.sources[i].train.push_back(document.tokens);
      } else if (taken.insert(document.hash).second) {
        corpus.held_out.push_back(document.tokens);
      }
    }
    if (!corpus.sources[i].train.empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        FieldOf(spec, i), ": all its documents are held out, as other sources hold them too; remove it"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Corpus> OpenCorpus(const DataSpec& spec, const Tokenizer& tokenizer,
                                  const ReadProgress& progress) {
  const auto sources = ListSourceFiles(spec, progress);
  if (!sources.ok()) return sources.status();
  Corpus corpus;
  corpus.digest = DigestOf(*sources);
  if (absl::Status status = CheckDigest(spec, corpus.digest); !status.ok()) return status;
  const std::string tokenizer_digest = sources->empty() ? "" : TokenizerDigest(tokenizer);
  std::vector<std::vector<Document>> documents;
  for (const SourceFiles& files : *sources) {
    auto shards = ShardsOf(files, spec, tokenizer, tokenizer_digest, progress);
    if (!shards.ok()) return shards.status();
    documents.push_back(DocumentsOf(*shards));
    if (documents.back().empty()) {
      return absl::InvalidArgumentError(absl::StrCat(files.field, ": all ", files.paths.size(),
                                                     " matching files are blank; name some with text"));
    }
    corpus.sources.push_back({files.source.weight, {}});
    for (TokenShard& shard : *shards) corpus.shards.push_back(std::move(shard));
  }
  if (absl::Status status = Divide(spec, documents, corpus); !status.ok()) return status;
  return corpus;
}

}  // namespace rad
