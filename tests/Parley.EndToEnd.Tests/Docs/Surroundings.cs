using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>What the .NET examples of the pages leave to whoever reads them: a connected agent, values to send, and work to do. The examples are compiled
/// and run beside it.</summary>
internal static class Surroundings
{
    internal static ParleyAgent agent { get; private set; } = null!;

    internal static ParleyApi api { get; private set; } = null!;

    internal static JsonElement plan => JsonElement.Parse("""{"steps": 3}""");

    internal static JsonElement better => JsonElement.Parse("""{"steps": 2}""");

    internal static IEnumerable<string> lines => ["One.", "Two."];

    /// <summary>The server of the page; the examples name one that nobody has.</summary>
    internal static string Server => File.ReadAllText(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "parley", "server.url")).Trim();

    internal static string json => """{"message_id": "019bf3a3-6c57-7000-8000-0012f3a9c0de", "seq": 1, "project_id": "default", "conversation_thread_id": "019bf3a3-6c57-7000-8000-0012f3a9c0de", "sender_id": "ada", "to": ["bob"], "message_type": "text", "content": "Hello.", "timestamp": "2026-01-22T13:56:52.551Z"}""";

    /// <summary>An execution with a message and an end.</summary>
    internal static string executionId { get; private set; } = "";

    /// <summary>Says that it was done.</summary>
    internal static Task work(Message message)
    {
        Console.WriteLine($"worked on: {message.Content}");
        return Task.CompletedTask;
    }

    /// <summary>Connects the agent of the examples, and those that write to it.</summary>
    internal static async Task SetUpAsync()
    {
        api = ParleyApi.Open();
        agent = await ParleyAgent.ConnectAsync("be-1");
        Environment.SetEnvironmentVariable("BE_1_TOKEN", KeptToken());
        if ((await api.Agents.ListAsync(new AgentQuery { Capabilities = ["review"] })).Items.Count == 0)
            return;
        var colleague = await ParleyAgent.ConnectAsync("rex");
        colleague.OnMessage(new MailboxFilter(), async (message, cancellationToken) => await message.ReplyAsync("Yes.", Outcome.Success, cancellationToken: cancellationToken));
        await colleague.SendAsync(new SendRequest { To = ["be-1"], MessageType = "task_assignment", Content = "Build the login page." });
        var execution = await api.Executions.CreateAsync(new ExecutionRequest { Title = "Login page" });
        executionId = execution.ExecutionId;
        await colleague.SendAsync(new SendRequest { To = ["be-1"], Content = "The login page is ready.", ExecutionId = executionId });
        await api.Executions.CompleteAsync(executionId);
    }

    /// <summary>Of the one agent of the examples that gives its token itself.</summary>
    private static string KeptToken() => File.ReadAllLines(Directory.GetFiles(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config", "parley", "agents"), "be-1-*").First())[1];
}
