#include "worker/data/tokenise.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "worker/model/json.h"
#include "worker/model/mapped_file.h"
#include "worker/text/text_window.h"

namespace rad {
namespace {

// A large document is tokenised piece by piece: this bounds memory, and how long no progress is reported.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

bool IsBlank(std::string_view text) { return std::all_of(text.begin(), text.end(), absl::ascii_isspace); }

// Where the piece that begins `text` ends: before a line's first word, where a cut changes no token, or
// before any word where lines are longer than a piece.
std::size_t PieceEnd(std::string_view text) {
  if (text.size() <= kPieceBytes) return text.size();
  for (std::size_t end = kPieceBytes; end > kPieceBytes / 2; --end) {
    if (text[end - 1] == '\n' && !absl::ascii_isspace(text[end])) return end;
  }
  return NextWordStart(text, kPieceBytes);
}

class FileTokeniser {
 public:
  FileTokeniser(const SourceFiles& files, const Tokenizer& tokenizer,
                const std::function<absl::Status(std::span<const TokenId>)>& add,
                const ReadProgress& progress)
      : files_(files), tokenizer_(tokenizer), add_(add), progress_(progress) {}

  absl::Status Run() {
    for (const std::filesystem::path& path : files_.paths) {
      const auto file = MappedFile::Open(path);
      if (!file.ok()) return file.status();
      const std::string_view text(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
      const bool lines = files_.source.kind == DataSource::Kind::kJsonl;
      const absl::Status status = lines ? AddLines(path, text) : AddDocument(text, /*of_file=*/true);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status AddLines(const std::filesystem::path& path, std::string_view text) {
    for (int number = 1; !text.empty(); ++number) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      if (absl::Status status = AddLine(path, number, line); !status.ok()) return status;
      if (absl::Status status = Advance(line.size() + 1); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status AddLine(const std::filesystem::path& path, int number, std::string_view line) {
    if (IsBlank(line)) return absl::OkStatus();
    const std::string where = absl::StrCat(files_.field, ": ", path.string(), ":", number);
    const auto object = ParseJson(line, where);
    if (!object.ok()) return object.status();
    const std::string* text = FindString(*object, files_.source.field.c_str());
    if (text == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(where, " has no string \"", files_.source.field,
                                                     "\"; give the source's field, or mend the line"));
    }
    return AddDocument(*text, /*of_file=*/false);
  }

  absl::Status AddDocument(std::string_view text, bool of_file) {
    const bool blank = IsBlank(text);
    ids_.clear();
    while (!text.empty()) {
      const std::string_view piece = text.substr(0, PieceEnd(text));
      text.remove_prefix(piece.size());
      if (!blank) {
        const auto ids = tokenizer_.Encode(ReplaceInvalidUtf8(piece));
        if (!ids.ok()) return ids.status();
        ids_.insert(ids_.end(), ids->begin(), ids->end());
      }
      if (absl::Status status = of_file ? Advance(piece.size()) : absl::OkStatus(); !status.ok())
        return status;
    }
    return blank ? absl::OkStatus() : add_(ids_);
  }

  absl::Status Advance(std::size_t bytes) {
    done_bytes_ += bytes;
    since_report_ += bytes;
    if (!progress_ || since_report_ < kPieceBytes) return absl::OkStatus();
    since_report_ = 0;
    return progress_(done_bytes_, files_.bytes);
  }

  const SourceFiles& files_;
  const Tokenizer& tokenizer_;
  const std::function<absl::Status(std::span<const TokenId>)>& add_;
  const ReadProgress& progress_;
  std::uint64_t done_bytes_ = 0, since_report_ = 0;
  std::vector<TokenId> ids_;
};

}  // namespace

absl::Status TokeniseFiles(const SourceFiles& files, const Tokenizer& tokenizer,
                           const std::function<absl::Status(std::span<const TokenId>)>& add,
                           const ReadProgress& progress) {
  return FileTokeniser(files, tokenizer, add, progress).Run();
}

}  // namespace rad
