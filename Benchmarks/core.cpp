/* The yardstick of the driver without its service: the least that C++ does for an event.
 *
 * It finds the context by pid in an unordered_map, tests the rules, writes counters, and for an event that notifies appends a
 * record to a bounded deque, which drops its oldest; all under one mutex. The context has the texts of the driver's.
 *
 *   c++ -std=c++17 -O2 -pthread -o core core.cpp
 *
 * Reads lines "quiet|enqueue PROCESSES THREADS MILLISECONDS" from stdin and answers each with the number of events and the
 * seconds they took.
 */
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

constexpr uint32_t suppress_image_load = 0x200;
constexpr size_t queue_limit = 4096;
constexpr int batch = 256;

struct Identity {
    uint32_t pid;
    uint64_t creation_time;
};

struct Context {
    Identity identity;
    std::shared_ptr<const std::string> image, command_line, current_command_line;
    uint32_t flags, rules, session;
    uint64_t sent;
    Identity parent, creator;
};

struct Record {
    uint64_t number;
    uint64_t time;
    Identity process;
    uint32_t session;
    std::shared_ptr<const std::string> name;
};

class Host {
public:
    Host(uint32_t processes, bool quiet)
    {
        for (uint32_t index = 0; index < processes; index++) {
            Context context{};
            context.identity = {8 + 4 * index, 1000 + index};
            context.image = std::make_shared<std::string>("C:\\Windows\\System32\\process" + std::to_string(index) + ".exe");
            context.command_line = context.current_command_line = context.image;
            context.rules = quiet ? suppress_image_load : 0;
            contexts.emplace(context.identity.pid, context);
        }
    }

    bool load_image(uint32_t pid, const std::shared_ptr<const std::string> &name)
    {
        std::lock_guard guard(mutex);
        auto found = contexts.find(pid);
        if (found == contexts.end()) return false;
        Context &context = found->second;
        events++;
        if (context.rules & suppress_image_load) return true;
        context.sent++;
        enqueued++;
        if (queue.size() >= queue_limit) {
            queue.pop_front();
            dropped++;
        }
        queue.push_back({enqueued, 1000, context.identity, context.session, name});
        return true;
    }

private:
    std::mutex mutex;
    std::unordered_map<uint32_t, Context> contexts;
    std::deque<Record> queue;
    uint64_t events = 0, enqueued = 0, dropped = 0;
};

uint64_t run(Host &host, uint32_t processes, uint64_t seed, const std::atomic<bool> &stopped)
{
    auto name = std::make_shared<const std::string>("C:\\Windows\\System32\\kernelbase.dll");
    uint64_t random = seed, count = 0;
    while (!stopped.load(std::memory_order_relaxed)) {
        for (int index = 0; index < batch; index++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            if (!host.load_image(8 + 4 * static_cast<uint32_t>(random % processes), name)) abort();
        }
        count += batch;
    }
    return count;
}

void measure(Host &host, uint32_t processes, int threads, int milliseconds)
{
    std::atomic<bool> stopped{false};
    std::atomic<uint64_t> events{0};
    std::vector<std::thread> running;
    auto begun = std::chrono::steady_clock::now();
    for (int index = 0; index < threads; index++)
        running.emplace_back([&, index] { events += run(host, processes, 88172645463325252ull + index, stopped); });
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    stopped = true;
    for (auto &thread : running) thread.join();
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    printf("{\"events\":%llu,\"seconds\":%.6f}\n", static_cast<unsigned long long>(events), took.count());
}

}

int main()
{
    char event[16];
    uint32_t processes;
    int threads, milliseconds;
    std::unique_ptr<Host> host;
    std::string made;
    setvbuf(stdout, nullptr, _IOLBF, 0);
    while (scanf("%15s %u %d %d", event, &processes, &threads, &milliseconds) == 4) {
        auto wanted = event + std::to_string(processes);
        if (wanted != made) {
            host.reset();
            host = std::make_unique<Host>(processes, strcmp(event, "quiet") == 0);
            made = wanted;
        }
        measure(*host, processes, threads, milliseconds);
    }
}
