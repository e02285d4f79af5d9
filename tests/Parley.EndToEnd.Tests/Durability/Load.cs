using System.Globalization;
using Parley.Client;
using Parley.Protocol;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>Clients at work: one sends and one receives over WebSockets, by the SDK as everybody has it; one sends and one claims over REST.
/// None of them knows of kills; each does what clients are told to do when an answer does not come.</summary>
internal sealed class Load : IAsyncDisposable
{
    /// <summary>Few enough that verifying keeps up, enough that every moment of a commit is met.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private const int SendsAPace = 8;
    private const int LeaseSeconds = 1;

    private readonly Account _account;
    private readonly CancellationTokenSource _stopSending = new();
    private readonly CancellationTokenSource _stopReceiving = new();
    private readonly List<IAsyncDisposable> _clients = [];
    private Task _sending = Task.CompletedTask;
    private Task _receiving = Task.CompletedTask;

    private Load(Account account) => _account = account;

    /// <summary>The place in the log at which everybody was registered and nobody had begun.</summary>
    internal long Start { get; private set; }

    internal static async Task<Load> StartAsync(IReachable server, Account account, CancellationToken cancellationToken)
    {
        var load = new Load(account);
        await using var admin = ParleyApi.Open(new ParleyOptions { Url = server.Url, Token = server.Token, DataFolder = server.DataFolder });
        async Task<ParleyOptions> SocketAsync(string id) => new()
        {
            Url = server.Url,
            // By itself, as a client on the server's machine does, where it can.
            Token = server.Token is null ? null : (await admin.Agents.RegisterAsync(new RegisterRequest { AgentId = id }, cancellationToken)).Token,
            DataFolder = server.DataFolder,
            ConfigFolder = server.ConfigFolder,
            AgentId = id,
        };

        var restReceiver = await load.OpenAsync(admin, server, "rest-receiver", cancellationToken);
        var restSender = await load.OpenAsync(admin, server, "rest-sender", cancellationToken);
        var receiver = load.Keep(await ParleyAgent.ConnectAsync(await SocketAsync("receiver"), cancellationToken));
        var sender = load.Keep(await ParleyAgent.ConnectAsync(await SocketAsync("sender") with { MaxUnconfirmed = 64 }, cancellationToken));

        load.Start = (await admin.Messages.SendAsync(new SendRequest { To = ["sender"], Content = "begin", SenderId = "receiver" }, cancellationToken)).Seq;
        load._sending = Task.WhenAll(Task.Run(() => load.SendAsync(sender), cancellationToken), Task.Run(() => load.SendAsync(restSender), cancellationToken));
        load._receiving = Task.WhenAll(Task.Run(() => load.ReceiveAsync(receiver), cancellationToken), Task.Run(() => load.ClaimAsync(restReceiver), cancellationToken));
        return load;
    }

    /// <summary>Ends the sending; what is under way is confirmed first, over as many reconnects as it takes.</summary>
    internal async Task StopSendingAsync()
    {
        await _stopSending.CancelAsync();
        await _sending;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopSending.CancelAsync();
        await _stopReceiving.CancelAsync();
        await Task.WhenAll(_sending, _receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var client in _clients)
            await client.DisposeAsync();
        _stopSending.Dispose();
        _stopReceiving.Dispose();
    }

    private T Keep<T>(T client)
        where T : IAsyncDisposable
    {
        _clients.Add(client);
        return client;
    }

    private async Task<ParleyApi> OpenAsync(ParleyApi admin, IReachable server, string id, CancellationToken cancellationToken)
    {
        var agent = await admin.Agents.RegisterAsync(new RegisterRequest { AgentId = id, Name = id }, cancellationToken);
        return Keep(ParleyApi.Open(new ParleyOptions { Url = server.Url, Token = agent.Token, DataFolder = server.DataFolder, AgentId = id }));
    }

    private async Task SendAsync(ParleyAgent sender)
    {
        var confirmations = new List<Task>();
        while (!_stopSending.IsCancellationRequested)
        {
            for (var i = 0; i < SendsAPace; i++)
            {
                var request = Request(i % 4 == 0 ? "rest-receiver" : "receiver") with { IdempotencyKey = Guid.NewGuid().ToString("N") };
                confirmations.Add(ConfirmAsync(request, await sender.BeginSendAsync(request)));
            }

            confirmations.RemoveAll(confirmation => confirmation.IsCompletedSuccessfully);
            // The rate of the load: there is nothing to wait for.
            await Task.Delay(Pace, TimeProvider.System);
        }

        await Task.WhenAll(confirmations);

        async Task ConfirmAsync(SendRequest request, Task<SendAnswer> sending)
        {
            while (true)
            {
                try
                {
                    var answer = await sending;
                    _account.Confirm(answer.MessageId, request.Content!, answer.Seq);
                    return;
                }
                catch (ParleyException away) when (away.Code == ErrorCodes.StorageUnavailable)
                {
                    // It may have been stored all the same: under its key it is the same message.
                    await Until.NextAttemptAsync(CancellationToken.None);
                    sending = await sender.BeginSendAsync(request);
                }
                catch (ParleyException refused)
                {
                    _account.Fault($"A send over the WebSocket was refused: {refused.Problem.Code} {refused.Message}");
                    return;
                }
            }
        }
    }

    private async Task SendAsync(ParleyApi sender)
    {
        for (var i = 0; !_stopSending.IsCancellationRequested; i++)
        {
            var request = Request(i % 2 == 0 ? "rest-receiver" : "receiver") with { IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"rest-{i}") };
            var answer = await UntilAnsweredAsync(() => sender.Messages.SendAsync(request));
            _account.Confirm(answer.MessageId, request.Content!, answer.Seq);
        }
    }

    private async Task ReceiveAsync(ParleyAgent receiver)
    {
        try
        {
            await foreach (var message in receiver.ReceiveAsync(_stopReceiving.Token))
            {
                _account.Receive(message.Message.MessageId);
                _ = AckAsync(message);
            }
        }
        catch (OperationCanceledException) when (_stopReceiving.IsCancellationRequested)
        {
            // Asked to.
        }

        async Task AckAsync(ReceivedMessage message)
        {
            try
            {
                while (!await TryAckAsync(message))
                    await Until.NextAttemptAsync(CancellationToken.None);
                _account.Acknowledge(message.Message.MessageId);
            }
            catch (ParleyException lost) when (lost.Code == ErrorCodes.LeaseLost)
            {
                // The server that gave it was killed: it comes again.
            }
            catch (Exception fault) when (!_stopReceiving.IsCancellationRequested)
            {
                _account.Fault($"An acknowledgement over the WebSocket failed: {fault.Message}");
            }
            catch (ParleyException)
            {
                // The connection was closed below it, at the end of the test.
            }
        }

        static async Task<bool> TryAckAsync(ReceivedMessage message)
        {
            try
            {
                await message.AckAsync(confirm: true);
                return true;
            }
            catch (ParleyException away) when (away.Code == ErrorCodes.StorageUnavailable)
            {
                // It may have happened all the same: asked again, the server says.
                return false;
            }
        }
    }

    private async Task ClaimAsync(ParleyApi receiver)
    {
        while (!_stopReceiving.IsCancellationRequested)
        {
            var items = await UntilAnsweredAsync(() => receiver.Messages.ClaimAsync("rest-receiver", new ClaimRequest { Max = 50, Wait = 0.2, LeaseSeconds = LeaseSeconds }));
            if (items.Count == 0)
                continue;
            foreach (var item in items)
                _account.Receive(item.Message.MessageId);
            var results = await UntilAnsweredAsync(() => receiver.Messages.AckManyAsync(
                items.Select(item => new AckItem { MessageId = item.Message.MessageId, LeaseId = item.LeaseId })));
            for (var i = 0; i < items.Count; i++)
            {
                if (results[i].Status == 204)
                    _account.Acknowledge(items[i].Message.MessageId);
                else if (results[i].Problem?.Code != ErrorCodes.LeaseLost)
                    _account.Fault($"An acknowledgement was refused: {results[i].Status} {results[i].Problem?.Code}");
            }
        }
    }

    private SendRequest Request(string to) => new() { To = [to], Content = _account.NextContent() };

    /// <summary>Asks again until somebody answers: what is asked may be asked twice.</summary>
    private async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> ask)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (ParleyException away) when (away is ParleyUnreachableException || away.Code == ErrorCodes.StorageUnavailable)
            {
                await Until.NextAttemptAsync(_stopReceiving.Token);
            }
        }
    }
}
