#include "coordinator/sweep_points.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "proto/field_path.h"

namespace rad {
namespace {

constexpr int kRedraws = 200;  // for a point unlike those before; then a repeat is taken

using Settings = std::vector<v1::FieldSetting>;

v1::FieldSetting Setting(const std::string& path, const v1::SweepAxis::Value& value) {
  v1::FieldSetting setting;
  setting.set_path(path);
  *setting.mutable_words() = value.words();
  return setting;
}

v1::SweepPoint MakePoint(std::size_t number, const Settings& settings) {
  v1::SweepPoint point;
  point.set_point(static_cast<std::uint32_t>(number));
  for (const v1::FieldSetting& setting : settings) *point.add_settings() = setting;
  point.set_state(v1::PENDING);
  return point;
}

// The index-th combination, counted like the digits of a number.
Settings GridSettings(const v1::SweepSpec& spec, std::uint64_t index) {
  Settings settings(spec.axes_size());
  for (int i = spec.axes_size() - 1; i >= 0; --i) {
    const v1::SweepAxis& axis = spec.axes(i);
    settings[i] = Setting(axis.path(), axis.values(static_cast<int>(index % axis.values_size())));
    index /= axis.values_size();
  }
  return settings;
}

// Draws of its own, as those of <random>'s distributions differ between libraries.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  Settings Point(const v1::SweepSpec& spec) {
    Settings settings;
    for (const v1::SweepAxis& axis : spec.axes()) settings.push_back(One(axis));
    return settings;
  }

 private:
  double Unit() { return std::ldexp(static_cast<double>(random_() >> 11), -53); }  // [0, 1)

  v1::FieldSetting One(const v1::SweepAxis& axis) {
    if (!axis.has_range())
      return Setting(axis.path(), axis.values(static_cast<int>(Unit() * axis.values_size())));
    v1::SweepAxis::Value value;
    value.add_words(InRange(axis));
    return Setting(axis.path(), value);
  }

  std::string InRange(const v1::SweepAxis& axis) {
    const v1::ValueRange& range = axis.range();
    const bool whole = IsWholeNumber(**FindField(*v1::JobSpec::descriptor(), axis.path()));
    const double step = whole ? 0.5 : 0;  // so that both ends of whole numbers are as likely as the others
    const double low = range.min() - step, high = range.max() + step, unit = Unit();
    const bool log = range.scale() == v1::ValueRange::LOG;
    const double drawn = log ? low * std::pow(high / low, unit) : low + unit * (high - low);
    const double value = std::clamp(whole ? std::round(drawn) : drawn, range.min(), range.max());
    return whole ? absl::StrCat(static_cast<std::uint64_t>(value)) : absl::StrCat(value);
  }

  std::mt19937_64 random_;
};

std::string Key(const Settings& settings) {
  std::string key;
  for (const v1::FieldSetting& setting : settings) absl::StrAppend(&key, setting.SerializeAsString(), "\n");
  return key;
}

std::vector<Settings> DrawPoints(const v1::SweepSpec& spec) {
  Draw draw(spec.search().seed());
  std::vector<Settings> points;
  std::set<std::string> seen;
  while (points.size() < spec.search().points()) {
    Settings settings = draw.Point(spec);
    for (int tries = 0; tries < kRedraws && seen.contains(Key(settings)); ++tries)
      settings = draw.Point(spec);
    seen.insert(Key(settings));
    points.push_back(std::move(settings));
  }
  return points;
}

}  // namespace

std::uint64_t CountPoints(const v1::SweepSpec& spec) {
  if (spec.search().method() == v1::Search::LIST) return spec.points_size();
  if (spec.search().method() == v1::Search::RANDOM) return spec.search().points();
  std::uint64_t count = 1;
  constexpr std::uint64_t kEnough = std::uint64_t{1} << 32;  // more than any sweep may have
  for (const v1::SweepAxis& axis : spec.axes()) count = std::min(kEnough, count * axis.values_size());
  return count;
}

std::vector<v1::SweepPoint> ExpandPoints(const v1::SweepSpec& spec) {
  std::vector<v1::SweepPoint> points;
  if (spec.search().method() == v1::Search::LIST) {
    for (const v1::FieldSettings& written : spec.points()) {
      points.push_back(MakePoint(points.size() + 1, {written.settings().begin(), written.settings().end()}));
    }
  } else if (spec.search().method() == v1::Search::RANDOM) {
    for (const Settings& settings : DrawPoints(spec))
      points.push_back(MakePoint(points.size() + 1, settings));
  } else {
    const std::uint64_t count = CountPoints(spec);
    for (std::uint64_t i = 0; i < count; ++i) points.push_back(MakePoint(i + 1, GridSettings(spec, i)));
  }
  return points;
}

}  // namespace rad
