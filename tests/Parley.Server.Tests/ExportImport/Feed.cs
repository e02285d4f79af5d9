using System.Globalization;
using System.Net.Http.Headers;
using Parley.Server.Tests.Agents;
using Xunit;

namespace Parley.Server.Tests.ExportImport;

/// <summary>The default project's feed, as a browser reads it.</summary>
internal static class Feed
{
    /// <summary>The events behind a place, each as it came, up to the one of a seq.</summary>
    internal static async Task<IReadOnlyList<string>> ReadAsync(ConceptHost host, string token, string after, long to)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sse/project/default");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("Last-Event-ID", after);
        using var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var events = new List<string>();
        var lines = new List<string>();
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Length > 0)
            {
                lines.Add(line);
                continue;
            }

            var whole = string.Join('\n', lines);
            lines.Clear();
            if (!whole.Contains("id: ", StringComparison.Ordinal))
                continue;
            if (!whole.Contains("event: place", StringComparison.Ordinal))
                events.Add(whole);
            if (SeqOf(whole) >= to)
                break;
        }

        return events;
    }

    internal static string IdOf(string @event) =>
        @event.Split('\n').Single(line => line.StartsWith("id: ", StringComparison.Ordinal))["id: ".Length..];

    private static long SeqOf(string @event) => long.Parse(IdOf(@event).Split('-')[1], CultureInfo.InvariantCulture);
}
