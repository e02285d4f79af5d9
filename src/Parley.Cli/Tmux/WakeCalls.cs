using System.Net.Http.Json;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Tmux;

/// <summary>Asks the server for wakes, and tells it how they went.</summary>
/// <param name="token">One that may act as the agents.</param>
internal sealed class WakeCalls(ServerLocation location, string token) : IDisposable
{
    /// <summary>The most agents in one call.</summary>
    public const int MostAgents = 200;

    private const int WaitMilliseconds = 30_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(location.CreateHttpHandler())
    {
        BaseAddress = location.Url,
        Timeout = Patience,
        DefaultRequestHeaders = { { "Authorization", $"Bearer {token}" } },
    };

    public void Dispose() => _http.Dispose();

    /// <summary>The next wake of one of the agents; null if none was due within half a minute.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached, or refuses.</exception>
    public async Task<Wake?> NextAsync(IReadOnlyList<string> agents, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsJsonAsync(
            Address("wakes/next"), new NextWakeRequest { Agents = agents, Way = WakeWay.Keystrokes, WaitMs = WaitMilliseconds }, WireJson.Strict.NextWakeRequest, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return (await response.Content.ReadFromJsonAsync(WireJson.Lenient.NextWake, cancellationToken))?.Wake;
    }

    /// <summary>Tells how a wake went.</summary>
    /// <inheritdoc cref="NextAsync"/>
    public async Task ReportAsync(string wakeId, WakeOutcome outcome, string? detail, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsJsonAsync(
            Address($"wakes/{Uri.EscapeDataString(wakeId)}"), new WakeReport { Outcome = outcome, Detail = detail }, WireJson.Strict.WakeReport, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
    }

    private string Address(string path) =>
        $"api/v1/{path}{(location.Project is { } project ? $"?project_id={Uri.EscapeDataString(project)}" : "")}";

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        string? why = null;
        try
        {
            why = (await response.Content.ReadFromJsonAsync(WireJson.Lenient.Problem, cancellationToken))?.Detail;
        }
        catch (JsonException)
        {
            // A proxy's page: the status has to do.
        }

        throw new HttpRequestException(why ?? $"the server answered {(int)response.StatusCode}", inner: null, response.StatusCode);
    }
}
