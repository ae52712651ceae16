// Everything the page itself says. What a warning says comes with the warning, in both languages.

export const LANGUAGES = ["zh-CN", "en-US"];

const ZH = {
  other: "English", skip: "跳到预警", title: "预警",
  connected: "已连接 · {time} 更新", connecting: "正在连接…",
  offline: "已断网 · 以下为 {time} 的内容", never: "已断网，尚未收到任何内容",
  exercise_site: "本系统正处于演练状态",
  choose: "选择您关注的地方", choose_hint: "有预警时，这个页面会响铃并告诉您该怎么做。不需要姓名和电话。",
  find: "查找", find_me: "找到我所在的地方", found: "您在：{place}", found_none: "您不在本页所列的任何地方。",
  found_not: "无法得知您的位置，请从列表中选择。", here: "位置只在本机使用，不会发送。",
  part: "参加演练（演练消息会注明“演练”）", push: "页面关闭后也提醒我（经浏览器厂商的推送服务，中国大陆一般连不上，不能代替本页面）",
  push_on: "页面关闭后也会尽力提醒您（为此加密保存推送地址）；推送可能迟到或收不到，请勿只靠推送。", push_failed: "推送服务连不上：只有打开本页面才能收到预警。",
  start: "开始接收", save: "保存", cancel: "取消",
  chosen_none: "请至少选择一个地方。",
  calm: "您关注的地方目前没有预警", calm_hint: "请保持本页面打开，或装到桌面。",
  calm_offline: "断网前没有收到预警", calm_offline_hint: "断网期间收不到新消息，请留意广播、短信和周围情况。",
  places: "您关注的地方", change: "更改", elsewhere: "其他地方",
  map: "预警地图", map_none: "地图：目前没有预警。", map_some: "地图：{list}。", legend: "图例",
  todo: "怎么做", by: "何时", who: "发布", until: "有效至", since: "发布于",
  Immediate: "立即", Expected: "尽快，一小时之内", Future: "随时留意", Past: "已解除", Unknown: "请留意",
  why: "依据", cap: "CAP 原文", more: "详细情况", order: "依据文件", contact: "联系",
  read: "我已阅读", safe: "我安全", help: "我需要帮助", report: "上报情况",
  read_at: "您已于 {time} 阅读", safe_at: "已告知您安全 {time}", help_at: "已求助 {time}", report_at: "已上报 {time}",
  waiting: "待联网后发出", kept: "值班系统已收到",
  help_title: "需要什么帮助？", help_hint: "说明在哪里、几个人、需要什么（可不填）。如有生命危险，请同时拨打当地急救电话。",
  report_title: "您看到了什么？", report_hint: "例如：裂缝变宽、水位上涨、道路中断。请先保证自身安全。",
  where: "在哪里", text: "说明", send: "发送",
  exercise_first: "演练 · 不是真实预警", exercise_last: "演练 · 不是真实预警",
  expired: "已过有效期（{time}），断网期间没有新消息，不等于解除。",
  alarm: "警报响起", stop: "停止响铃", test: "试听警报", enable: "开启警报声", blocked: "浏览器尚未允许响铃",
  warning: "预警", all_clear: "解除", mistaken: "撤回", was: "原",
  privacy: "本页面不收集姓名、电话和位置，只保存一个随机编号和您选择的地方。", forget: "清除本页面的登记",
  loading: "正在载入…", empty: "控制台尚未就绪，请稍候。",
  level: { blue: "蓝色", yellow: "黄色", orange: "橙色", red: "红色", none: "无", unknown: "不明" },
  rank: { blue: "Ⅳ级", yellow: "Ⅲ级", orange: "Ⅱ级", red: "Ⅰ级" },
};

const EN = {
  other: "中文", skip: "Go to the warnings", title: "Warnings",
  connected: "Connected · {time}", connecting: "Connecting…",
  offline: "Offline · what you see is of {time}", never: "Offline; nothing has been received yet",
  exercise_site: "This system is in exercise",
  choose: "Choose your places", choose_hint: "When there is a warning, this page rings and says what to do. No name or number is asked.",
  find: "Search", find_me: "Find the place where I am", found: "You are in: {place}", found_none: "You are in none of these places.",
  found_not: "Your position cannot be told; choose from the list.", here: "Your position stays in this device.",
  part: "Take part in exercises (they say so)", push: "Call me when this page is closed, too (by the browser maker's push service, which is out of reach in mainland China and no substitute for this page)",
  push_on: "You will be called when this page is closed, as far as that works: a push may be late or never come. The address of your browser is kept for it, encrypted.", push_failed: "The push service cannot be reached: warnings come only while this page is open.",
  start: "Start", save: "Save", cancel: "Cancel",
  chosen_none: "Choose at least one place.",
  calm: "No warning now for your places", calm_hint: "Keep this page open, or put it on your home screen.",
  calm_offline: "No warning had come when the connection was lost", calm_offline_hint: "Nothing new can reach this page now: listen for loudspeakers and messages, and look around you.",
  places: "Your places", change: "Change", elsewhere: "Elsewhere",
  map: "Map of warnings", map_none: "Map: no warnings now.", map_some: "Map: {list}.", legend: "Legend",
  todo: "What to do", by: "By when", who: "From", until: "In force until", since: "Issued",
  Immediate: "At once", Expected: "Soon, within the hour", Future: "Keep watching", Past: "It is over", Unknown: "Stay alert",
  why: "Why", cap: "CAP message", more: "More", order: "On whose authority", contact: "Contact",
  read: "I have read it", safe: "I am safe", help: "I need help", report: "Report something",
  read_at: "You read it at {time}", safe_at: "You said you are safe, {time}", help_at: "You asked for help, {time}", report_at: "Reported, {time}",
  waiting: "goes out when you are online again", kept: "the duty desk has it",
  help_title: "What help do you need?", help_hint: "Say where you are, how many, and what you need (or leave it empty). If life is in danger, also call the emergency number.",
  report_title: "What do you see?", report_hint: "For example: the crack is wider, water rises, the road is cut. Your own safety comes first.",
  where: "Where", text: "In your words", send: "Send",
  exercise_first: "EXERCISE · not a real warning", exercise_last: "EXERCISE · not a real warning",
  expired: "Its time ran out ({time}) while you were offline. No news came: that is not an all-clear.",
  alarm: "Alarm", stop: "Stop the sound", test: "Hear the alarm", enable: "Switch the alarm sound on", blocked: "The browser does not let it ring yet",
  warning: " warning", all_clear: "All clear", mistaken: "Withdrawn", was: "was",
  privacy: "This page asks for no name, number or position: it keeps a random number and the places you chose.", forget: "Forget this page's registration",
  loading: "Loading…", empty: "The console is not ready yet; please wait.",
  level: { blue: "Blue", yellow: "Yellow", orange: "Orange", red: "Red", none: "None", unknown: "Unknown" },
  rank: { blue: "Level IV", yellow: "Level III", orange: "Level II", red: "Level I" },
};

const WORDS = { "zh-CN": ZH, "en-US": EN };

export function say(language, key, values = {}) {
  let text = WORDS[language][key];
  for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, () => value);
  return text;
}

export function levelWord(language, level) {
  return WORDS[language].level[level] ?? level;
}

export function rankWord(language, level) {
  return WORDS[language].rank[level] ?? "";
}

export function clock(language, zone, ms, now) {
  const day = (t) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(t);
  const form = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (day(ms) !== day(now)) Object.assign(form, { month: language === "zh-CN" ? "long" : "short", day: "numeric" });
  return new Intl.DateTimeFormat(language === "zh-CN" ? "zh-CN" : "en-GB", form).format(ms);
}
