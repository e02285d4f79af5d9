// What a stranger writes with the client that Kiota makes, and no word of ours: send, claim, acknowledge.
using Generated;
using Generated.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

var tokens = new BaseBearerTokenAuthenticationProvider(new OneToken(args[1]));
using var adapter = new HttpClientRequestAdapter(tokens) { BaseUrl = $"{args[0]}/api/v1" };
var parley = new ParleyClient(adapter);

foreach (var name in new[] { "kim", "lee" })
    await parley.Agents.Register.PostAsync(new RegisterRequest { AgentId = name, Name = name });

var one = await parley.Messages.PostAsync(new SendRequest
{
    To = new SendRequest.SendRequest_to { SendRequestToString = "lee" }, Content = "Hello.", Priority = 3, Intent = Intent.Request, SenderId = "kim",
});
await parley.Messages.PostAsync(new SendRequest
{
    To = new SendRequest.SendRequest_to { String = ["lee", "human"] }, Content = "Hello again.", SenderId = "kim",
});

var inbox = await parley.Agents["lee"].Claim.PostAsync(new ClaimRequest { Max = 10, Wait = 30 });
foreach (var item in inbox!.Items!)
    await parley.Messages[item.Message!.MessageId!].Ack.PostAsync(new AckRequest { LeaseId = item.LeaseId }, call => call.QueryParameters.AgentId = "lee");

try
{
    await parley.Messages.PostAsync(new SendRequest { To = new SendRequest.SendRequest_to { SendRequestToString = "nobody" }, Content = "Hello?", SenderId = "kim" });
}
catch (Problem problem)
{
    Console.WriteLine($"refused: {problem.Code}");
}

Console.WriteLine($"priority {inbox.Items.Single(item => item.Message!.MessageId == one!.MessageId).Message!.Priority}, acknowledged {inbox.Items.Count}");

internal sealed class OneToken(string token) : IAccessTokenProvider
{
    public AllowedHostsValidator AllowedHostsValidator { get; } = new();

    public Task<string> GetAuthorizationTokenAsync(Uri uri, Dictionary<string, object>? context = null, CancellationToken cancellation = default) =>
        Task.FromResult(token);
}
