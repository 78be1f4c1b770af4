// spec_flags.h: the flags that name a spec.
#pragma once

#include <string>
#include <vector>

#include "coordinator/cli/commands/session.h"

namespace rad::cli {

struct SpecFlags {
  std::string file;
  std::vector<std::string> overrides;
};

inline constexpr char kSetHelp[] =
    "Sets one field over the file, path=value: student.head_budget=10, controls.0.state_dim=16, "
    "metadata.name=x";
inline constexpr char kPathsHelp[] = "Relative paths in it are taken from the current folder.";

inline void AddSpecFlags(CLI::App& app, SpecFlags& spec) {
  app.add_option("-f,--file", spec.file, "The job or sweep as YAML; - reads standard input")
      ->required()
      ->type_name("FILE");
  app.add_option("--set", spec.overrides, kSetHelp)->type_name("PATH=VALUE")->allow_extra_args(false);
  app.footer(kPathsHelp);
}

}  // namespace rad::cli
