using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Inbound;

/// <summary>Posts as the outside world does: without a token, with a signature.</summary>
internal static class InboundPost
{
    internal const string Api = "/api/v1/inbound", Secret = "It's a Secret to Everybody";

    internal static async Task<InboundHook> MakeAsync(this ConceptHost host, string to = "\"bob\"", string more = "", string? project = null)
    {
        var answer = await host.SendAsync(
            HttpMethod.Post, Api + (project is null ? "" : $"?project_id={project}"), await host.TokenAsync(TokenKind.Admin),
            $$"""{"name": "GitHub", "to": {{to}}, "secret": "{{Secret}}"{{more}}}""");
        Assert.Equal(201, (int)answer.Status);
        return answer.As(WireJson.Lenient.InboundHook);
    }

    internal static string Hmac(string secret, string text) =>
        $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)))}";

    /// <summary>The headers of a delivery that is signed with its time.</summary>
    internal static (string, string)[] Signed(this ConceptHost host, string body, string secret = Secret, TimeSpan late = default)
    {
        var time = (host.Clock.GetUtcNow() - late).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return [("X-Parley-Timestamp", time), ("X-Parley-Signature", Hmac(secret, $"{time}.{body}"))];
    }

    /// <summary>The headers of a delivery as GitHub signs it.</summary>
    internal static (string, string)[] AsGitHub(string body, string? delivery, string secret = Secret) =>
        [("X-Hub-Signature-256", Hmac(secret, body)), ("X-GitHub-Event", "push"), .. delivery is null ? [] : (IEnumerable<(string, string)>)[("X-GitHub-Delivery", delivery)]];

    internal static async Task<Answer> PostAsync(
        this ConceptHost host, string? path, string body, IEnumerable<(string Name, string Value)> headers, string? type = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        if (type is not null)
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The messages that came from outside, the newest first.</summary>
    internal static async Task<IReadOnlyList<Message>> MessagesAsync(this ConceptHost host, string? project = null)
    {
        var answer = await host.SendAsync(
            HttpMethod.Get, $"/api/v1/messages?limit=500{(project is null ? "" : $"&project_id={project}")}", await host.TokenAsync(TokenKind.Observer));
        return [.. JsonSerializer.Deserialize(answer.Text, WireJson.Lenient.PageMessage)!.Items.Where(message => message.Authority == Authority.External)];
    }
}
