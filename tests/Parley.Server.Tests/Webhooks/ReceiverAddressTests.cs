using System.Net;
using Parley.Protocol;
using Parley.Server.Outgoing;
using Parley.Server.Settings;
using Parley.Server.Webhooks;
using Xunit;

namespace Parley.Server.Tests.Webhooks;

/// <summary>Where deliveries may go.</summary>
public sealed class ReceiverAddressTests
{
    private static readonly WebhookDelivery Delivery = new("id", "type", "{}"u8.ToArray());

    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("2a00:1450:4001::8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.8", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:1.1.1.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b:1::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12:3456::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void An_address_is_of_the_internet_or_not(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://example.org/hook?a=b", true)]
    [InlineData("https://1.1.1.1/", true)]
    [InlineData("https://[2606:4700::1111]:8443/", true)]
    [InlineData("http://example.org/", false)]
    [InlineData("ftp://example.org/", false)]
    [InlineData("/hook", false)]
    [InlineData("https://", false)]
    [InlineData("https://user:pass@example.org/", false)]
    [InlineData("https://example.org/#part", false)]
    [InlineData("https://example.org\\@127.0.0.1/", false)]
    [InlineData("https://127.0.0.1/", false)]
    [InlineData("https://2130706433/", false)]
    [InlineData("https://0x7f000001/", false)]
    [InlineData("https://0177.0.0.1/", false)]
    [InlineData("https://127.1/", false)]
    [InlineData("https://0/", false)]
    [InlineData("https://[::1]/", false)]
    [InlineData("https://[::ffff:10.0.0.1]/", false)]
    [InlineData("https://[::ffff:a00:1]/", false)]
    [InlineData("https://[fe80::1]/", false)]
    [InlineData("https://localhost/", false)]
    [InlineData("https://LOCALHOST./", false)]
    [InlineData("https://a.localhost/", false)]
    public void A_url_is_taken_or_not(string url, bool isTaken) => Assert.Equal(isTaken, ReceiverUrl.WhatIsWrong(url, mayBePrivate: false) is null);

    [Theory]
    [InlineData("http://localhost:8080/hook", true)]
    [InlineData("http://10.0.0.1/", true)]
    [InlineData("http://user@10.0.0.1/", false)]
    public void Private_addresses_and_http_are_taken_where_the_setting_allows_it(string url, bool isTaken) =>
        Assert.Equal(isTaken, ReceiverUrl.WhatIsWrong(url, mayBePrivate: true) is null);

    [Fact]
    public async Task A_name_that_leads_to_this_machine_is_not_connected_to()
    {
        await using var receiver = Receiver.Start();
        using var client = new OutgoingClient(ServerSettings.Default);
        var sender = new WebhookSender(client, ServerSettings.Default, TimeProvider.System);

        var attempt = await PostAsync(sender, receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        var literal = await PostAsync(sender, receiver.Url);

        Assert.Equal("the receiver's name leads to a private address, which needs the setting webhook_private_addresses", attempt.Error);
        Assert.Equal(attempt.Error, literal.Error);
        Assert.Empty(receiver.Got);
    }

    /// <summary>A name that led to a public address when it was looked at, and then leads here, as whoever owns the name can make it.</summary>
    [Fact]
    public async Task A_name_that_leads_elsewhere_at_each_look_is_judged_by_where_it_leads_when_it_is_connected_to()
    {
        await using var receiver = Receiver.Start();
        using var client = new OutgoingClient(ServerSettings.Default);
        var sender = new WebhookSender(client, ServerSettings.Default, TimeProvider.System);
        var asked = 0;
        client.Resolve = (_, _) => Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("::ffff:127.0.0.1")]);

        var first = await PostAsync(sender, receiver.Url.Replace("127.0.0.1", "rebinds.example.org", StringComparison.Ordinal));
        var second = await PostAsync(sender, receiver.Url.Replace("127.0.0.1", "rebinds.example.org", StringComparison.Ordinal));

        Assert.Equal(2, asked);
        Assert.All([first, second], attempt => Assert.Contains("private address", attempt.Error, StringComparison.Ordinal));
        Assert.Empty(receiver.Got);
    }

    [Fact]
    public async Task The_same_receiver_is_connected_to_where_the_setting_allows_it()
    {
        await using var receiver = Receiver.Start();
        var settings = ServerSettings.Default with { WebhookPrivateAddresses = true };
        using var client = new OutgoingClient(settings);
        var sender = new WebhookSender(client, settings, TimeProvider.System);

        var attempt = await PostAsync(sender, receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

        Assert.Equal(new WebhookAttempt(204, null), attempt);
        Assert.Single(receiver.Got);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(9, 256)]
    [InlineData(10, 300)]
    [InlineData(1000, 300)]
    public void Each_wait_is_twice_as_long_up_to_a_bound_and_up_to_a_quarter_shorter(int failures, int seconds)
    {
        for (var i = 0; i < 100; i++)
            Assert.InRange(WebhookBackoff.After(failures, null).TotalSeconds, seconds * 0.75, seconds);
    }

    private static async Task<WebhookAttempt> PostAsync(WebhookSender sender, string url) => await sender.PostAsync(
        new Webhook { WebhookId = "id", Url = url, Secret = "a-secret-of-tests" }, Delivery, new WebhookPlace(1, 1), TestContext.Current.CancellationToken);
}
