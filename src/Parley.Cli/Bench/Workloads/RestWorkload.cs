using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Protocol;

namespace Parley.Cli.Bench.Workloads;

/// <summary>One message per request, over persistent connections: what a script without an SDK gets.</summary>
internal sealed class RestWorkload : IWorkload
{
    private const int Connections = 32;
    private const int Messages = 50_000;
    private const string Sink = "sink";
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private static readonly Metric Rate = new(
        "messages", Unit.PerSecond, $"POST /messages, HTTP/1.1, {Connections} connections with one request each; first request to last answer", Floor: 15_000, Goal: 30_000);

    private static readonly Metric ClientCost = new("client CPU a message", Unit.Microseconds, "processor time of this process");

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly Uri _address;
    private readonly IReadOnlyList<HttpClient> _clients;

    private RestWorkload(BenchPlan plan, BenchProject project, IReadOnlyList<HttpClient> clients)
    {
        (_plan, _project, _clients) = (plan, project, clients);
        _address = new Uri(new Uri(plan.Server.Options.Url!), "/api/v1/messages");
    }

    public static WorkloadKind Kind { get; } = new("rest", $"POST /messages over {Connections} connections, {Messages:N0} messages", OpenAsync);

    public Task WarmUpAsync(CancellationToken cancellationToken) => PostAsync(BenchPlan.WarmUpMessages, cancellationToken);

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var messages = _plan.Messages ?? Messages;
        var costs = Costs.Now(_plan);
        await PostAsync(messages, cancellationToken);
        var spent = costs.Since();
        List<Sample> samples = [Rate.Of(messages / spent.Elapsed.TotalSeconds), ClientCost.Of(spent.Client.TotalMicroseconds / messages)];
        if (spent.Server is { } server)
            samples.Insert(1, ServerCost.Of(_plan.Server).Of(server.TotalMicroseconds / messages));
        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        await _project.DisposeAsync();
    }

    private static async Task<IWorkload> OpenAsync(BenchPlan plan, CancellationToken cancellationToken)
    {
        var project = await BenchProject.CreateAsync(plan.Server, "rest", cancellationToken);
        await project.RegisterAsync(Sink, cancellationToken);
        var clients = new List<HttpClient>();
        for (var number = 1; number <= (plan.Agents ?? Connections); number++)
        {
            // A separate handler means a separate connection.
            var client = new HttpClient(new SocketsHttpHandler()) { DefaultRequestVersion = HttpVersion.Version11 };
            client.DefaultRequestHeaders.Authorization = new("Bearer", await project.RegisterAsync($"script-{number}", cancellationToken));
            clients.Add(client);
        }

        return new RestWorkload(plan, project, clients);
    }

    private Task PostAsync(int messages, CancellationToken cancellationToken) => FirstFailure.OrAllAsync(_clients.Select((client, index) => Task.Run(
        async () =>
        {
            for (var number = index; number < messages; number += _clients.Count)
                await PostAsync(client, _plan.Corpus[number], cancellationToken);
        },
        cancellationToken)));

    private async Task PostAsync(HttpClient client, string content, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new SendRequest { To = [Sink], Content = content }, WireJson.Lenient.SendRequest);
        using var request = new ByteArrayContent(body) { Headers = { ContentType = Json } };
        using var response = await client.PostAsync(_address, request, cancellationToken);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (response.StatusCode != HttpStatusCode.Created)
            throw new CommandException(ExitCode.Failed, $"A message was answered with status {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(answer)}");
        _ = JsonSerializer.Deserialize(answer, WireJson.Lenient.SendAnswer);
    }
}
