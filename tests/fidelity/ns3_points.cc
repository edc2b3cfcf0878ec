// One point of the fidelity table in ns-3: K bulk flows over a dumbbell; prints one line of numbers for tests/fidelity.sh.
//   ns3_points flows rate_mbps rtt_ms queue_packets loss seconds warm_seconds newreno|cubic seed
// Prints: goodput_mbps jain mean_window_segments drops. Segments of 1448 bytes, SACK, timestamps, an ACK for every second segment.
#include <ns3/applications-module.h>
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

constexpr unsigned segment_bytes = 1448;

struct Point {
    unsigned flows, rate_mbps, rtt_ms, queue_packets;
    double loss;
    unsigned seconds, warm_seconds;
    std::string control;
    unsigned seed;
};

// The time integral of a flow's congestion window from the end of the warm-up on.
struct Window {
    double area = 0, value = 0, since = 0;
    void To(double now, double warm)
    {
        double from = since > warm ? since : warm;
        if (now > from) area += value * (now - from);
        since = now;
    }
};

std::vector<Window> windows;
double warm_end;
unsigned long drops;

void WindowChanged(unsigned flow, uint32_t, uint32_t bytes)
{
    windows[flow].To(ns3::Simulator::Now().GetSeconds(), warm_end);
    windows[flow].value = bytes;
}

void QueueDropped(ns3::Ptr<const ns3::Packet>) { drops++; }

void Watch(ns3::Ptr<ns3::BulkSendApplication> source, unsigned flow)
{
    source->GetSocket()->TraceConnectWithoutContext("CongestionWindow", ns3::MakeBoundCallback(&WindowChanged, flow));
}

void Defaults(const Point &point)
{
    using namespace ns3;
    double buffer = 4.0 * point.rate_mbps * 1e3 * point.rtt_ms / 8;
    RngSeedManager::SetSeed(point.seed);
    Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue(point.control == "cubic" ? "ns3::TcpCubic" : "ns3::TcpNewReno"));
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(segment_bytes));
    Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(10));
    Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(2));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(buffer > 1e6 ? buffer : 1e6));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(buffer > 1e6 ? buffer : 1e6));
}

std::string Number(double value, const char *unit)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.0f%s", value, unit);
    return text;
}

} // namespace

int main(int count, char **words)
{
    using namespace ns3;
    if (count != 10) return 2;
    Point point = { (unsigned)std::atoi(words[1]), (unsigned)std::atoi(words[2]), (unsigned)std::atoi(words[3]), (unsigned)std::atoi(words[4]), std::atof(words[5]),
                    (unsigned)std::atoi(words[6]), (unsigned)std::atoi(words[7]), words[8], (unsigned)std::atoi(words[9]) };
    Defaults(point);
    warm_end = point.warm_seconds;
    windows.resize(point.flows);

    NodeContainer routers, senders, receivers;
    routers.Create(2);
    senders.Create(point.flows);
    receivers.Create(point.flows);
    InternetStackHelper().InstallAll();

    PointToPointHelper wide, narrow;
    wide.SetDeviceAttribute("DataRate", StringValue(Number(point.rate_mbps * 1e7, "bps")));
    wide.SetChannelAttribute("Delay", StringValue("1ms"));
    wide.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("100000p"));
    wide.DisableFlowControl();
    narrow.SetDeviceAttribute("DataRate", StringValue(Number(point.rate_mbps * 1e6, "bps")));
    narrow.SetChannelAttribute("Delay", StringValue(Number(point.rtt_ms * 5e5 - 2e6, "ns")));
    narrow.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue(Number(point.queue_packets, "p")));
    narrow.DisableFlowControl();

    NetDeviceContainer middle = narrow.Install(routers);
    Ipv4AddressHelper addresses("10.250.0.0", "255.255.255.0");
    addresses.Assign(middle);
    DynamicCast<PointToPointNetDevice>(middle.Get(0))->GetQueue()->TraceConnectWithoutContext("Drop", MakeCallback(&QueueDropped));
    if (point.loss > 0) {
        Ptr<RateErrorModel> errors = CreateObject<RateErrorModel>();
        errors->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
        errors->SetRate(point.loss);
        middle.Get(1)->SetAttribute("ReceiveErrorModel", PointerValue(errors));
    }

    std::vector<Ptr<PacketSink>> sinks;
    for (unsigned flow = 0; flow < point.flows; flow++) {
        char net[32];
        std::snprintf(net, sizeof net, "10.%u.%u.0", 1 + flow / 250, flow % 250);
        addresses.SetBase(net, "255.255.255.0");
        addresses.Assign(wide.Install(senders.Get(flow), routers.Get(0)));
        std::snprintf(net, sizeof net, "10.%u.%u.0", 101 + flow / 250, flow % 250);
        addresses.SetBase(net, "255.255.255.0");
        Ipv4InterfaceContainer far = addresses.Assign(wide.Install(routers.Get(1), receivers.Get(flow)));

        InetSocketAddress sink(far.GetAddress(1), 5000);
        ApplicationContainer receiving = PacketSinkHelper("ns3::TcpSocketFactory", sink).Install(receivers.Get(flow));
        sinks.push_back(DynamicCast<PacketSink>(receiving.Get(0)));
        BulkSendHelper bulk("ns3::TcpSocketFactory", sink);
        bulk.SetAttribute("SendSize", UintegerValue(16 * segment_bytes));
        ApplicationContainer sending = bulk.Install(senders.Get(flow));
        Time start = MilliSeconds(10 * flow);
        sending.Start(start);
        Simulator::Schedule(start + NanoSeconds(1), &Watch, DynamicCast<BulkSendApplication>(sending.Get(0)), flow);
    }
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();

    std::vector<uint64_t> before(point.flows);
    Simulator::Schedule(Seconds(point.warm_seconds), +[](std::vector<Ptr<PacketSink>> *from, std::vector<uint64_t> *to) {
        for (size_t i = 0; i < from->size(); i++) (*to)[i] = (*from)[i]->GetTotalRx();
    }, &sinks, &before);
    Simulator::Stop(Seconds(point.seconds));
    Simulator::Run();

    double sum = 0, squares = 0, area = 0, span = point.seconds - point.warm_seconds;
    for (unsigned flow = 0; flow < point.flows; flow++) {
        double mbps = (double)(sinks[flow]->GetTotalRx() - before[flow]) * 8 / span / 1e6;
        windows[flow].To(point.seconds, warm_end);
        sum += mbps;
        squares += mbps * mbps;
        area += windows[flow].area;
    }
    std::printf("%.4f %.4f %.3f %lu\n", sum, sum * sum / (point.flows * squares), area / span / point.flows / segment_bytes, drops);
    Simulator::Destroy();
    return 0;
}
