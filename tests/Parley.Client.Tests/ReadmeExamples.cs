using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client.Tests;

/// <summary>The examples of the package's README, compiled. <see cref="ReadmeTests"/> holds the two equal.</summary>
internal static class ReadmeExamples
{
    public static async Task FirstUseAsync()
    {
        #region first use
        await using var ada = await ParleyAgent.ConnectAsync("ada");
        await using var bob = await ParleyAgent.ConnectAsync("bob");
        await ada.SendAsync("bob", "The login page is ready.");
        await foreach (var message in bob.ReceiveAsync())
        {
            Console.WriteLine($"{message.Message.SenderId}: {message.Content}");
            await message.AckAsync();
        }
        #endregion
    }

    public static async Task ConnectAsync()
    {
        #region connect
        await using var agent = await ParleyAgent.ConnectAsync(new ParleyOptions
        {
            Url = "https://parley.example.org",
            Token = Environment.GetEnvironmentVariable("BE_1_TOKEN"),
            AgentId = "be-1",
            Role = "backend_developer",
            Specialization = "python_fastapi",
            Capabilities = ["python", "review"],
        });
        #endregion
    }

    public static async Task SendAsync(ParleyAgent agent, JsonElement plan)
    {
        #region send
        var answer = await agent.SendAsync(new SendRequest
        {
            To = ["squad:alpha"],
            MessageType = "task_assignment",
            Content = "Please implement the login page.",
            Payload = plan,
            Priority = Priority.High,
        });
        foreach (var delivery in answer.Deliveries)
            Console.WriteLine($"{delivery.AgentId} is {delivery.Status}, {delivery.Ahead} ahead: {delivery.Outlook}");
        #endregion
    }

    public static async Task SendManyAsync(ParleyAgent agent, IEnumerable<string> lines)
    {
        #region send many
        var results = await agent.SendManyAsync(lines.Select(line => new SendRequest { To = ["pm-1"], Content = line }));
        foreach (var refused in results.Where(result => !result.Stored))
            Console.WriteLine(refused.Problem!.Detail);
        #endregion
    }

    public static async Task RequestAsync(ParleyAgent agent)
    {
        #region request
        var result = await agent.RequestAsync("capability:review", "Is this migration safe?", TimeSpan.FromSeconds(30));
        Console.WriteLine(result switch
        {
            RequestResult.Success success => success.Reply.Content,
            RequestResult.Error error => $"It could not: {error.Reply.Content}",
            RequestResult.Timeout => "Nobody replied in time.",
            RequestResult.ConnectionLost lost => $"The connection broke: {lost.Reason}",
            _ => null,
        });
        #endregion
    }

    public static async Task SettleAsync(ParleyAgent agent, Func<Message, Task> work)
    {
        #region settle
        await foreach (var message in agent.ReceiveAsync(new MailboxFilter { Types = ["task_assignment"] }))
        {
            try
            {
                await message.ExtendAsync(TimeSpan.FromMinutes(30));
                await work(message.Message);
                await message.ReplyAsync("Done.", Outcome.Success);
            }
            catch (InvalidOperationException notNow)
            {
                await message.NackAsync(delay: TimeSpan.FromMinutes(5), reason: notNow.Message);
            }
        }
        #endregion
    }

    public static void Handle(ParleyAgent agent)
    {
        #region handlers
        agent.OnMessage(
            new MailboxFilter { Types = ["question"], Priorities = [Priority.High, Priority.Critical] },
            async (message, cancellationToken) => await message.ReplyAsync("Yes.", cancellationToken: cancellationToken));
        #endregion
    }

    public static async Task SubscribeAsync(ParleyAgent agent)
    {
        #region feeds
        await using var feeds = await agent.SubscribeAsync(FeedRequest.Of("messages", "agents") with { Snapshot = true });
        await foreach (var entry in feeds)
        {
            if (entry.Message is { } message)
                Console.WriteLine($"{message.SenderId} -> {string.Join(", ", message.To)}: {message.Content}");
            else if (entry.Agent is { } other)
                Console.WriteLine($"{other.AgentId} is {other.Status}");
        }
        #endregion
    }

    public static async Task RememberAsync(ParleyAgent agent, JsonElement plan, JsonElement better)
    {
        #region memory
        var entry = await agent.SetMemoryAsync("plan/login", plan);
        try
        {
            await agent.SetMemoryAsync("plan/login", better, ifVersion: entry.Version);
        }
        catch (ParleyException changed) when (changed.Code == ErrorCodes.VersionMismatch)
        {
            Console.WriteLine($"Somebody was faster: {(await agent.GetMemoryAsync("plan/login"))?.Value}");
        }

        await foreach (var change in agent.WatchMemoryAsync("plan/"))
            Console.WriteLine($"{change.Kind}: {change.Memory?.Key}");
        #endregion
    }

    public static void Watch(ParleyAgent agent)
    {
        #region state
        agent.StateChanged += (_, change) => Console.WriteLine($"{change.State} {change.Reason?.Message}");
        agent.SettlementFailed += (_, failed) => Console.WriteLine($"{failed.MessageId} comes again: {failed.Problem.Detail}");
        #endregion
    }

    public static async Task RestAsync()
    {
        #region rest
        await using var api = ParleyApi.Open();
        var reviewers = await api.Agents.ListAsync(new AgentQuery { Active = true, Capabilities = ["review"] });
        var found = await api.Messages.ListAsync(new MessageQuery { Text = "login", Limit = 20 });
        var trace = await api.Messages.TraceAsync(found.Items[0].MessageId);
        Console.WriteLine($"{reviewers.Items.Count} can review; {trace.Deliveries.Count} deliveries.");
        #endregion
    }

    public static async Task StreamAsync(ParleyApi api, string executionId)
    {
        #region streams
        await foreach (var entry in api.Streams.Execution(executionId))
        {
            if (entry.Message is { } message)
                Console.WriteLine($"{message.SenderName}: {message.Content}");
            else if (entry.Status is { } status)
                Console.WriteLine($"{status.Progress} % {status.CurrentPhase}");
        }
        #endregion
    }

    public static async Task ErrorsAsync(ParleyAgent agent)
    {
        #region errors
        try
        {
            await agent.SendAsync("nobody", "Hello?");
        }
        catch (ParleyUnreachableException unreachable)
        {
            Console.WriteLine($"No server at {unreachable.Address}.");
        }
        catch (ParleyException refused) when (refused.Code == ErrorCodes.UnknownRecipient)
        {
            Console.WriteLine(refused.Problem.Detail);
        }
        #endregion
    }
}
