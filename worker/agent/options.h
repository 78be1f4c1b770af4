// options.h: the agent's command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace rad {

struct AgentOptions {
  std::string coordinator = "127.0.0.1:7070";
  std::string name;  // default: the host's
  std::filesystem::path data_folder = "rad-data/worker";
  std::string metrics = "127.0.0.1:0";
  std::filesystem::path port_file;            // empty: none
  std::uint32_t threads = 0;                  // of an executor; default: all cores
  std::map<std::string, std::string> labels;  // that jobs may ask for
  std::filesystem::path executor;             // default: rad-executor beside this program
};

// Parses `rad-worker [agent] ...`. On --help or a wrong flag it prints and returns false with the exit code.
bool ParseAgentOptions(int argc, char** argv, AgentOptions& options, int& exit_code);

// The folder of the running program.
std::filesystem::path ProgramFolder();

}  // namespace rad
