using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Doctor;

/// <summary>Checks that this command line can use the server: connection, version, token, clock.</summary>
internal static class ServerChecks
{
    // The Date header has whole seconds, so a smaller difference cannot be measured.
    private static readonly TimeSpan SkewThatIsNoticed = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SkewThatHurts = TimeSpan.FromSeconds(30);

    public static async IAsyncEnumerable<Finding> RunAsync(Call call)
    {
        ServerLocation? location = null;
        Finding? notFound = null;
        try
        {
            location = call.Location;
        }
        catch (CommandException nowhere)
        {
            notFound = new Finding("server", Verdict.Fail, nowhere.Message);
        }

        if (location is null)
        {
            yield return notFound!;
            yield break;
        }

        var (reach, health) = await ReachAsync(call, location);
        yield return reach;
        if (health is null)
            yield break;
        yield return Version(health.Version);
        yield return await TokenAsync(call, location);
        yield return await ClockAsync(call, location);
    }

    private static async Task<(Finding Finding, Health? Health)> ReachAsync(Call call, ServerLocation location)
    {
        await using var api = ParleyApi.Open(call.Options);
        var start = call.Time.GetTimestamp();
        try
        {
            var health = await api.HealthAsync(call.Cancellation);
            var took = call.Time.GetElapsedTime(start);
            return health.Status == "ok"
                ? (Finding.Ok("server", $"{location.Url} answers in {took.TotalMilliseconds:0} ms"), health)
                : health.Status == "degraded" ? (Finding.Warn("server", $"{location.Url} works, but: {health.Reason}", "Look at the server's log."), health)
                : (Finding.Fail("server", $"{location.Url} is {health.Status}: {health.Reason}",
                    "Look at the server's log; a full disk is the usual reason."), health);
        }
        catch (ParleyException failure)
        {
            return (Finding.Fail("server", failure.Message, "Start it with 'parley serve', or name another by --url or PARLEY_URL."), null);
        }
    }

    private static Finding Version(string server)
    {
        var own = ProgramVersion.Text;
        return server.Split('+')[0] == own
            ? Finding.Ok("version", own)
            : Finding.Warn("version", $"the server is {server}, this command line is {own}", "Use the same version of both.");
    }

    private static async Task<Finding> TokenAsync(Call call, ServerLocation location)
    {
        if (location.Token is null)
        {
            return Finding.Fail("token",
                $"none found: looked at --token, PARLEY_TOKEN and {Path.Combine(location.DataFolder, "admin.token")}",
                "Ask the server's operator for one ('parley token create') and set PARLEY_TOKEN.");
        }

        var origin = location.TokenIsExplicit ? "given by --token or PARLEY_TOKEN" : $"from {location.DataFolder}";
        try
        {
            await call.Api.StatsAsync(call.Cancellation);
            return Finding.Ok("token", $"valid, {origin}");
        }
        catch (ParleyException refused) when (refused.Code == ErrorCodes.Forbidden)
        {
            return Finding.Ok("token", $"valid, {origin}; it cannot read statistics");
        }
        catch (ParleyException refused)
        {
            return Finding.Fail("token", $"{refused.Message} ({origin})",
                "It may have expired or been revoked. Set PARLEY_TOKEN to a valid one.");
        }
    }

    // Without the client library, which ignores the header.
    private static async Task<Finding> ClockAsync(Call call, ServerLocation location)
    {
        using var http = new HttpClient(location.CreateHttpHandler()) { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            var before = call.Time.GetUtcNow();
            using var response = await http.GetAsync(new Uri(location.Url, "health/live"), call.Cancellation);
            var middle = before + ((call.Time.GetUtcNow() - before) / 2);
            if (response.Headers.Date is not { } server)
                return Finding.Warn("clock", "the server does not say what time it is", "Nothing, unless tokens or messages expire early or late.");

            var skew = (server - middle).Duration();
            return skew switch
            {
                _ when skew > SkewThatHurts => Finding.Fail("clock", Difference(skew),
                    "Set both clocks with NTP: otherwise, messages and tokens expire at the wrong time."),
                _ when skew > SkewThatIsNoticed => Finding.Warn("clock", Difference(skew), "Set both clocks by NTP."),
                _ => Finding.Ok("clock", "agrees with the server's"),
            };
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !call.Cancellation.IsCancellationRequested)
        {
            return Finding.Warn("clock", $"could not be compared: {failure.Message}", "Run it again.");
        }
    }

    private static string Difference(TimeSpan skew) => $"{skew.TotalSeconds:0} s apart from the server's";
}
